#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Writes a sysroot of tiny x86-64 ELF files, byte for byte the same on any machine.

Used by tests/cli/jailbuild-same.bats: a program with an interpreter, a library in a default folder
behind a symlink, one found by RUNPATH, and a libc.so.6, so that an ld.so.cache is made. The files
hold program headers and a dynamic section, which is all that jailbuild reads; they do not run.
"""
import os
import struct
import sys

NULL, NEEDED, STRTAB, STRSZ, SONAME, RUNPATH = 0, 1, 5, 10, 14, 29
PT_LOAD, PT_DYNAMIC, PT_INTERP = 1, 2, 3


def elf(needed=(), soname=None, runpath=None, interp=None):
    """The bytes of one file; everything lies in one segment, mapped at 0."""
    strings, dynamic = b"\0", []

    def add(tag, text):
        nonlocal strings
        dynamic.append((tag, len(strings)))
        strings += text.encode() + b"\0"

    for name in needed:
        add(NEEDED, name)
    if soname:
        add(SONAME, soname)
    if runpath:
        add(RUNPATH, runpath)
    headers = 3 if interp else 2
    interp_at = 64 + 56 * headers
    interp_bytes = interp.encode() + b"\0" if interp else b""
    strings_at = interp_at + len(interp_bytes)
    dynamic_at = (strings_at + len(strings) + 7) // 8 * 8
    dynamic += [(STRTAB, strings_at), (STRSZ, len(strings)), (NULL, 0)]
    end = dynamic_at + 16 * len(dynamic)

    def header(kind, at, size):
        return struct.pack("<IIQQQQQQ", kind, 4, at, at, at, size, size, 8)

    data = struct.pack("<16sHHIQQQIHHHHHH", b"\x7fELF\2\1\1", 3, 62, 1, 0, 64, 0, 0,
                       64, 56, headers, 64, 0, 0)
    if interp:
        data += header(PT_INTERP, interp_at, len(interp_bytes))
    data += header(PT_LOAD, 0, end) + header(PT_DYNAMIC, dynamic_at, 16 * len(dynamic))
    data += interp_bytes + strings
    data += bytes(dynamic_at - len(data))
    return data + b"".join(struct.pack("<QQ", *pair) for pair in dynamic)


def write(root, path, data):
    path = os.path.join(root, path)
    os.makedirs(os.path.dirname(path), exist_ok=True)
    with open(path, "wb") as out:
        out.write(data)
    os.chmod(path, 0o755)


def main(root):
    lib = "usr/lib/x86_64-linux-gnu"
    write(root, "usr/bin/prog", elf(["libone.so.1", "libtwo.so", "libc.so.6"],
                                    runpath="/opt/own", interp="/lib64/ld-linux-x86-64.so.2"))
    write(root, f"{lib}/libone.so.1.2", elf(["libc.so.6"], soname="libone.so.1"))
    write(root, "opt/own/libtwo.so", elf(["libc.so.6"]))
    write(root, f"{lib}/libc.so.6", elf(["ld-linux-x86-64.so.2"], soname="libc.so.6"))
    write(root, f"{lib}/ld-linux-x86-64.so.2", elf(soname="ld-linux-x86-64.so.2"))
    os.makedirs(f"{root}/usr/lib64")
    for target, name in (("usr/bin", "bin"), ("usr/lib", "lib"), ("usr/lib64", "lib64"),
                         ("libone.so.1.2", f"{lib}/libone.so.1"),
                         ("/lib/x86_64-linux-gnu/ld-linux-x86-64.so.2",
                          "usr/lib64/ld-linux-x86-64.so.2")):
        os.symlink(target, os.path.join(root, name))


main(sys.argv[1])
