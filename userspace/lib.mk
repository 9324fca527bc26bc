# SPDX-License-Identifier: LGPL-2.1-or-later
#
# A library, to be included after build.mk by its Makefile, which says:
#   LIB_NAME       libtsm; also of the version map
#   LIB_SOURCES, LIB_HEADERS, LIB_PACKAGES
#   LIB_PC         its pkg-config file
#   LIB_CPPFLAGS, LIB_LIBS   more of its own
#
#   make               the library in $(O)/$(LIB_NAME)
#   make check-abi     compare with the ABI in abi/ (abigail-tools, on its architecture)
#   make abi-baseline  write that ABI anew
#   make install       with its headers; DESTDIR, PREFIX, LIBDIR, INCLUDEDIR

B := $(O)/$(LIB_NAME)
OBJECTS := $(LIB_SOURCES:%.c=$(B)/%.o)
HEADERS := $(LIB_HEADERS:%=../include/tsm/%)
LIB := $(B)/$(LIB_NAME).so.$(VERSION)
LIB_SONAME := $(LIB_NAME).so.$(firstword $(subst ., ,$(VERSION)))
MAP := $(LIB_NAME).map

all: $(B)/$(LIB_NAME).so $(B)/symbols.checked

$(B)/%.o: %.c
	@mkdir -p $(@D)
	$(call quiet,CC)$(CC) $(TSM_CFLAGS) -fPIC -fvisibility=hidden -DLIBTSM_VERSION='"$(VERSION)"' \
		$(LIB_CPPFLAGS) $(call pkg,--cflags,$(LIB_PACKAGES)) $(CFLAGS) -c -o $@ $<

$(LIB): $(OBJECTS) $(MAP)
	$(call quiet,LD)$(CC) $(CFLAGS) -shared -Wl,-soname,$(LIB_SONAME) -Wl,--version-script,$(MAP) -Wl,-z,defs \
		-Wl,-z,relro,-z,now $(LDFLAGS) -o $@ $(OBJECTS) \
		$(LIB_LIBS) $(call pkg,--libs,$(LIB_PACKAGES))

$(B)/$(LIB_NAME).so: $(LIB)
	@ln -sf $(notdir $(LIB)) $(B)/$(LIB_SONAME)
	@ln -sf $(LIB_SONAME) $@

# what headers declare, map lists and library exports has to be the same
$(B)/symbols.checked: $(LIB) $(MAP) $(HEADERS) ../libtsm/check-symbols
	$(call quiet,CHECK)../libtsm/check-symbols "$(CC) -I../include" $(MAP) $(LIB) $(HEADERS)
	@touch $@

ABI_ARCH := $(firstword $(subst -, ,$(MACHINE)))
ABI := abi/$(ABI_ARCH).xml
ABIDW := abidw --no-corpus-path --no-comp-dir-path --no-show-locs --no-elf-needed \
	--no-parameter-names --exported-interfaces-only --drop-undefined-syms \
	--drop-private-types --headers-dir ../include/tsm

# both as XML without private types, so that nothing needs to be left out of the comparison
check-abi: all
	@if [ ! -e $(ABI) ]; then echo "check-abi: no ABI of $(ABI_ARCH) is kept"; exit 0; fi; \
	$(ABIDW) --out-file $(B)/abi.xml $(LIB) && abidiff --harmless $(ABI) $(B)/abi.xml || { \
		echo "check-abi: the ABI is not that of $(ABI): undo the change or, if it only adds," \
			"make abi-baseline" >&2; exit 1; }

abi-baseline: all
	$(ABIDW) --out-file $(ABI) $(LIB)
	sed -i '1a <!-- SPDX-License-Identifier: LGPL-2.1-or-later -->' $(ABI)

install: all
	$(INSTALL) -d $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(INCLUDEDIR)/tsm
	$(INSTALL) -m 644 $(LIB) $(DESTDIR)$(LIBDIR)
	ln -sf $(notdir $(LIB)) $(DESTDIR)$(LIBDIR)/$(LIB_SONAME)
	ln -sf $(LIB_SONAME) $(DESTDIR)$(LIBDIR)/$(LIB_NAME).so
	$(INSTALL) -m 644 $(HEADERS) $(DESTDIR)$(INCLUDEDIR)/tsm
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' \
		-e 's|@INCLUDEDIR@|$(INCLUDEDIR)|' -e 's|@VERSION@|$(VERSION)|' $(LIB_PC).in \
		>$(DESTDIR)$(LIBDIR)/pkgconfig/$(LIB_PC)

-include $(OBJECTS:.o=.d)

.PHONY: all check-abi abi-baseline install
