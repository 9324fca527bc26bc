# SPDX-License-Identifier: GPL-2.0-only
#
# What ends in fakenl.c: link with it and $(FAKENL_LINK).

FAKENL_LINK := $(patsubst %,-Wl$(comma)--wrap=%,genl_connect genl_ctrl_resolve genl_ctrl_resolve_grp nl_send_auto \
	nl_recv nl_socket_set_nonblocking nl_socket_add_membership nl_socket_free \
	configfs_report configfs_provider)
