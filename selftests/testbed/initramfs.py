# SPDX-License-Identifier: GPL-2.0-only
"""The realm's initramfs: a reproducible cpio archive of what the realm runs."""

import os
import pathlib
import stat
import struct

import kernel as kernels

GUEST_LIBRARIES = pathlib.Path("/usr/lib/aarch64-linux-gnu")
EM_AARCH64 = 183
PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3
DT_NEEDED, DT_STRTAB = 1, 5

DIRECTORIES = ("bin", "sbin", "usr/bin", "usr/sbin", "usr/local/bin", "dev", "etc/realm", "lib",
               "proc", "root", "run", "sys", "tmp", "var/tmp")


class Elf:
    """As much of an ELF64 file as says which libraries it needs."""

    def __init__(self, data):
        self.data = data
        self.machine = struct.unpack_from("<H", data, 18)[0]
        offset, = struct.unpack_from("<Q", data, 32)
        size, count = struct.unpack_from("<HH", data, 54)
        self.segments = [struct.unpack_from("<IIQQQQ", data, offset + i * size)
                         for i in range(count)]

    @staticmethod
    def is_elf(data):
        return data[:6] == b"\x7fELF\x02\x01"

    def interpreter(self):
        for kind, _, offset, _, _, size in self.segments:
            if kind == PT_INTERP:
                return self.data[offset:offset + size - 1].decode()
        return None

    def needed(self):
        dynamic = next((s for s in self.segments if s[0] == PT_DYNAMIC), None)
        if not dynamic:
            return []
        entries = list(struct.iter_unpack("<qQ", self.data[dynamic[2]:dynamic[2] + dynamic[5]]))
        strings = next(self.file_offset(v) for tag, v in entries if tag == DT_STRTAB)
        return [self.string(strings + v) for tag, v in entries if tag == DT_NEEDED]

    def file_offset(self, address):
        for kind, _, offset, virtual, _, size in self.segments:
            if kind == PT_LOAD and virtual <= address < virtual + size:
                return address - virtual + offset
        raise ValueError(f"address {address:#x} is in no segment")

    def string(self, at):
        return self.data[at:self.data.index(b"\0", at)].decode()


class Initramfs:
    """Files by their path in the guest. Same content, same bytes, on every machine."""

    def __init__(self):
        self.entries = {}
        for name in DIRECTORIES:
            self.directory(name)
        self.entries["dev/console"] = (stat.S_IFCHR | 0o600, b"", (5, 1))

    def directory(self, name, mode=0o755):
        path = pathlib.PurePosixPath(name.lstrip("/"))
        for part in [*reversed(path.parents[:-1]), path]:
            self.entries.setdefault(str(part), (stat.S_IFDIR | mode, b"", (0, 0)))

    def file(self, name, content, mode=0o644):
        path = pathlib.PurePosixPath(name.lstrip("/"))
        if str(path.parent) != ".":
            self.directory(str(path.parent))
        self.entries[str(path)] = (stat.S_IFREG | mode, content, (0, 0))
        if Elf.is_elf(content):
            self.libraries_of(Elf(content))

    def symlink(self, name, target):
        self.entries[name.lstrip("/")] = (stat.S_IFLNK | 0o777, target.encode(), (0, 0))

    def libraries_of(self, elf):
        """The loader and the libraries of a program of the guest's architecture."""
        if elf.machine != EM_AARCH64:
            return
        interpreter = elf.interpreter()
        if interpreter:
            name = pathlib.PurePosixPath(interpreter).name
            self.library(name, interpreter)
        for name in elf.needed():
            self.library(name, f"/lib/{name}")

    def library(self, name, place):
        # A library that --file brought already stands in for the distribution's.
        if place.lstrip("/") in self.entries:
            return
        source = GUEST_LIBRARIES / name
        if source.exists():
            self.file(place, source.read_bytes(), 0o755)

    def add(self, source, name):
        """A file, or a folder with all that is below it, from the host."""
        source = pathlib.Path(source)
        if source.is_symlink():
            source = source.resolve(strict=True)
        if not source.is_dir():
            self.file(name, source.read_bytes(), stat.S_IMODE(source.stat().st_mode))
            return
        if name.strip("/"):
            self.directory(name)
        for child in sorted(source.iterdir()):
            below = f"{name.rstrip('/')}/{child.name}"
            if child.is_symlink():
                self.symlink(below, os.readlink(child))
            else:
                self.add(child, below)

    def modules(self, kernel, names, extra=()):
        """Modules with all that they need, and modules.dep for modprobe.

        extra: files of modules that are not the kernel's own.
        """
        contents = {path.stem: path.read_bytes() for path in extra}
        depends = {}
        todo = [*contents, *names]
        while todo:
            name = todo.pop().replace("-", "_")
            if name in depends:
                continue
            if name not in contents:
                path = kernel.module(name)
                if not path:
                    continue
                contents[name] = kernels.module_content(path)
            depends[name] = [d.replace("-", "_") for d in kernels.module_depends(contents[name])]
            todo += depends[name]

        def closure(name):
            found = []
            for d in depends[name]:
                if d in depends:
                    found += [x for x in [d, *closure(d)] if x not in found]
            return found

        top = f"lib/modules/{kernel.release}"
        for name in depends:
            self.file(f"{top}/{name}.ko", contents[name])
        lines = [f"{n}.ko: {' '.join(f'{d}.ko' for d in closure(n))}".rstrip() + "\n"
                 for n in sorted(depends)]
        self.file(f"{top}/modules.dep", "".join(lines).encode())
        self.file(f"{top}/modules.builtin", kernel.builtin())

    def cpio(self):
        """The archive, in cpio's newc format."""
        out = bytearray()

        def member(name, mode, content, device):
            encoded = name.encode() + b"\0"
            fields = (0, mode, 0, 0, 1, 0, len(content), 0, 0, *device, len(encoded), 0)
            out.extend(b"070701" + "".join(f"{f:08x}" for f in fields).encode() + encoded)
            out.extend(b"\0" * (-len(out) % 4))
            out.extend(content)
            out.extend(b"\0" * (-len(out) % 4))

        for name in sorted(self.entries):
            member(name, *self.entries[name])
        member("TRAILER!!!", 0, b"", (0, 0))
        return bytes(out)
