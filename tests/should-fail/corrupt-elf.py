#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""corrupt-elf.py ELFDEPS COUNT [MIB]: feeds elfdeps with COUNT corrupted ELF files.

Called by tests/cli/elfdeps-hostile.bats, in a folder of its own. The files come from a fixed seed:
first one of each known trick (with the exit status that it must get), then tiny sound files of both
classes and byte orders with fields, ranges and bytes changed. Each run has one second of processor
time and MIB of address space (none given: no limit). It must end by itself with 0, 1 or 3, and with 3 must name the
file and say why; no form of output may hold a control byte. One line at the end tells the figures.
"""
import os
import random
import resource
import struct
import subprocess
import sys

FORMS = ([], ["--json"], ["--dot"], ["--ldd"], ["--links"], ["--check"])
NULL, NEEDED, STRTAB, STRSZ, SONAME, RPATH, RUNPATH = 0, 1, 5, 10, 14, 15, 29
PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE = 1, 2, 3, 4
MACHINES = {(64, "<"): 62, (64, ">"): 22, (32, "<"): 3, (32, ">"): 8}
MIB = 1 << 20


class Elf:
    """A sound file, its parts still apart, so that each can be spoilt."""

    def __init__(self, bits=64, order="<", needed=("libc.so.6",), interp="/lib64/ld.so.2"):
        self.bits, self.order = bits, order
        self.strings = b"\0"
        self.dynamic = [(NEEDED, self.add(name)) for name in needed]
        self.dynamic.append((RUNPATH, self.add("$ORIGIN/lib:/opt/lib")))
        self.interp = interp.encode() + b"\0" if interp else b""
        self.ident = {}      # offset in e_ident -> byte
        self.header = {}     # e_… -> value
        self.segments = {}   # (index, member) -> value
        self.extra = []      # further segments
        self.tail = b""
        self.strtab = None

    def add(self, text):
        at = len(self.strings)
        self.strings += (text if isinstance(text, bytes) else text.encode()) + b"\0"
        return at

    def program_header(self, kind, at, size):
        if self.bits == 64:
            names = "p_type p_flags p_offset p_vaddr p_paddr p_filesz p_memsz p_align".split()
            form, values = "IIQQQQQQ", [kind, 4, at, at, at, size, size, 8]
        else:
            names = "p_type p_offset p_vaddr p_paddr p_filesz p_memsz p_flags p_align".split()
            form, values = "IIIIIIII", [kind, at, at, at, size, size, 4, 4]
        return names, form, values

    def bytes(self):
        wide = self.bits == 64
        ehsize, phsize, dynsize = (64, 56, 16) if wide else (52, 32, 8)
        count = 2 + bool(self.interp) + len(self.extra)
        interp_at = ehsize + phsize * count
        strings_at = interp_at + len(self.interp)
        dynamic_at = (strings_at + len(self.strings) + 7) // 8 * 8
        strtab = strings_at if self.strtab is None else self.strtab
        entries = self.dynamic + [(STRTAB, strtab), (STRSZ, len(self.strings)), (NULL, 0)]
        end = dynamic_at + dynsize * len(entries)
        parts = [(PT_INTERP, interp_at, len(self.interp))] if self.interp else []
        parts += [(PT_LOAD, 0, end), (PT_DYNAMIC, dynamic_at, dynsize * len(entries))]
        parts += self.extra
        table = b""
        for i, part in enumerate(parts):
            names, form, values = self.program_header(*part)
            mask = (1 << 64) - 1 if wide else (1 << 32) - 1
            values = [self.segments.get((i, name), value) & mask
                      for name, value in zip(names, values)]
            values = [v & 0xffffffff if f == "I" else v for f, v in zip(form, values)]
            table += struct.pack(self.order + form, *values)
        fields = {"e_type": 3, "e_machine": MACHINES[self.bits, self.order], "e_version": 1,
                  "e_entry": 0, "e_phoff": ehsize, "e_shoff": 0, "e_flags": 0, "e_ehsize": ehsize,
                  "e_phentsize": phsize, "e_phnum": len(parts), "e_shentsize": 64 if wide else 40,
                  "e_shnum": 0, "e_shstrndx": 0}
        fields.update(self.header)
        ident = bytearray(b"\x7fELF" + bytes([2 if wide else 1, 1 if self.order == "<" else 2, 1]) +
                          bytes(9))
        for at, value in self.ident.items():
            ident[at] = value
        data = bytes(ident) + struct.pack(
            self.order + ("HHIQQQIHHHHHH" if wide else "HHIIIIIHHHHHH"), *fields.values())
        data += table + self.interp + self.strings
        data += bytes(dynamic_at - len(data))
        data += b"".join(struct.pack(self.order + ("QQ" if wide else "II"),
                                     tag & ((1 << self.bits) - 1),
                                     value & ((1 << self.bits) - 1))
                         for tag, value in entries)
        return data + self.tail


def tricks():
    """Known tricks: (name, bytes, exit statuses that are right)."""
    def spoilt(**changes):
        elf = Elf()
        for member, value in changes.items():
            getattr(elf, member).update(value)
        return elf.bytes()

    whole = Elf().bytes()
    yield "empty", b"", (3,)
    yield "magic only", b"\x7fELF", (3,)
    yield "header cut", whole[:40], (3,)
    yield "program headers cut", whole[:100], (3,)
    yield "PN_XNUM", spoilt(header={"e_phnum": 0xffff}), (3,)
    yield "no program headers", spoilt(header={"e_phnum": 0}), (3,)
    yield "program headers behind the end", spoilt(header={"e_phoff": 1 << 40}), (3,)
    yield "program headers at the last byte", spoilt(header={"e_phoff": (1 << 64) - 1}), (3,)
    yield "wrong size of program headers", spoilt(header={"e_phentsize": 57}), (3,)
    yield "junk section headers", spoilt(
        header={"e_shoff": 3, "e_shnum": 0xfff0, "e_shstrndx": 0xff00}), (1,)
    yield "an object file", spoilt(header={"e_type": 1}), (3,)
    yield "class 0", spoilt(ident={4: 0}), (3,)
    yield "byte order 3", spoilt(ident={5: 3}), (3,)
    yield "interpreter without an end", spoilt(segments={(0, "p_filesz"): 5}), (3,)
    yield "interpreter of 1 TiB", spoilt(segments={(0, "p_filesz"): 1 << 40}), (3,)
    yield "interpreter of one byte", spoilt(segments={(0, "p_filesz"): 1}), (3,)
    yield "dynamic section of 1 TiB", spoilt(segments={(2, "p_filesz"): 1 << 40}), (1, 3)
    yield "dynamic section behind the end", spoilt(segments={(2, "p_offset"): 1 << 40}), (0, 1, 3)
    yield "segment that wraps", spoilt(
        segments={(1, "p_vaddr"): (1 << 64) - 8, (1, "p_filesz"): 64}), (3,)
    elf = Elf()
    elf.strtab = 1 << 50
    yield "strings nowhere", elf.bytes(), (3,)
    elf = Elf()
    elf.dynamic.append((NEEDED, 1 << 40))
    yield "a name nowhere", elf.bytes(), (3,)
    elf = Elf()
    elf.dynamic.append((NEEDED, 0))
    yield "an empty name", elf.bytes(), (3,)
    elf = Elf()
    elf.dynamic.append((SONAME, elf.add(b"lib\x1b[31m\n\xff.so")))
    elf.dynamic.append((NEEDED, elf.add(b"\x1b]0;title\x07\r\n\x9b.so")))
    yield "names that drive a terminal", elf.bytes(), (1,)
    elf = Elf()
    elf.dynamic.append((NEEDED, elf.add("x" * 70000)))
    yield "a name of 70,000 bytes", elf.bytes(), (3,)
    yield "10,000 names", Elf(needed=[f"lib{i}.so" for i in range(10000)]).bytes(), (1, 3)
    yield "4,000 times one name", Elf(needed=["libx.so"] * 4000).bytes(), (1,)
    elf = Elf()
    elf.dynamic.append((RPATH, elf.add(":".join(f"/d{i}" for i in range(9000)))))
    yield "9,000 folders", elf.bytes(), (1,)
    elf = Elf()
    elf.extra = [(PT_LOAD, 0, 1 << 20)] * 900
    yield "900 overlapping segments", elf.bytes(), (1,)
    elf = Elf()
    elf.extra = [(PT_NOTE, 0, 1 << 62)] * 20
    yield "endless notes", elf.bytes(), (1,)
    yield "a text", b"#!" + b"x" * 5000, (3,)
    yield "a script without a name", b"#!   \n", (3,)
    yield "a script for itself", b"#!./" + b"itself\n", (3, 1)


def mutated(rng):
    """A sound file with one to four things changed; any of 0, 1 and 3 may be right."""
    elf = Elf(bits=rng.choice((32, 64)), order=rng.choice("<>"),
              needed=[f"lib{i}.so" for i in range(rng.randrange(5))],
              interp=rng.choice(("/lib/ld.so.1", None)))
    odd = (0, 1, 2, 7, 0xff, 0xffff, 0xffffffff, 1 << 31, 1 << 40, (1 << 63) - 1, (1 << 64) - 1)
    for _ in range(rng.randrange(1, 5)):
        what = rng.randrange(5)
        if what == 0:
            elf.segments[rng.randrange(3), rng.choice(
                ("p_type", "p_offset", "p_vaddr", "p_filesz", "p_memsz"))] = rng.choice(odd)
        elif what == 1:
            elf.dynamic.append((rng.choice((NEEDED, STRTAB, STRSZ, SONAME, RPATH, RUNPATH, 4, 6,
                                            0x6ffffef5, 0x6ffffffe, 0x7ffffffd, 0x7fffffff)),
                                rng.choice(odd)))
        elif what == 2:
            elf.extra.append((rng.choice((PT_LOAD, PT_DYNAMIC, PT_INTERP, PT_NOTE)),
                              rng.choice(odd), rng.choice(odd)))
        elif what == 3:
            name, limit = rng.choice((("e_type", 16), ("e_machine", 16), ("e_phnum", 16),
                                      ("e_phentsize", 16), ("e_version", 32), ("e_phoff", elf.bits),
                                      ("e_shoff", elf.bits), ("e_shnum", 16)))
            elf.header[name] = rng.choice(odd) & ((1 << limit) - 1)
        else:
            elf.strings += rng.randbytes(rng.randrange(64))
    data = bytearray(elf.bytes())
    if rng.random() < 0.5:
        for _ in range(rng.randrange(1, 9)):
            data[rng.randrange(len(data))] = rng.randrange(256)
    if rng.random() < 0.2:
        del data[rng.randrange(len(data)):]
    return bytes(data)


def limit():
    resource.setrlimit(resource.RLIMIT_CPU, (1, 1))
    if len(sys.argv) > 3:
        resource.setrlimit(resource.RLIMIT_AS, (int(sys.argv[3]) * MIB,) * 2)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def complaint(command, path, allowed):
    """What is wrong with how elfdeps ends; None if nothing is."""
    done = subprocess.run(command + [path], preexec_fn=limit, capture_output=True, timeout=60,
                          check=False)
    if done.returncode not in allowed:
        return f"status {done.returncode}, not {allowed}: {done.stderr[:300]!r}"
    if done.returncode == 3 and path.encode() not in done.stderr:
        return f"does not name the file: {done.stderr[:300]!r}"
    for text in (done.stdout, done.stderr):
        bad = [byte for byte in text if byte < 32 and byte not in b"\n\t"]
        if bad or b"\x7f" in text:
            return f"control bytes in {text[:300]!r}"
    return None


def main():
    elfdeps, count = sys.argv[1], int(sys.argv[2])
    rng, failures = random.Random(20261127), 0
    cases = list(tricks())
    cases += [("changed at random", None, (0, 1, 3))] * (count - len(cases))
    for number, (name, data, allowed) in enumerate(cases):
        path = "itself" if name == "a script for itself" else f"file{number}"
        with open(path, "wb") as out:
            out.write(data if data is not None else mutated(rng))
        os.chmod(path, 0o755)
        for form in (["-l"], FORMS[number % len(FORMS)]):
            why = complaint([elfdeps] + form, path, allowed)
            if why:
                failures += 1
                print(f"{path} ({name}), {' '.join(form)}: {why}")
                break
        else:
            os.remove(path)
    print(f"corrupted files: {len(cases) - failures} of {len(cases)} refused or read in bounds")
    return 1 if failures else 0


sys.exit(main())
