# SPDX-License-Identifier: MIT
# Writes hostile archives into a folder, for hostile-archives.bats. Each line of what it prints is the
# name of an archive and what the error about it has to say; "-" where it has to be harmless instead.
import gzip
import io
import os
import sys
import tarfile

folder, canary = sys.argv[1:]
F, D, L, H = tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE
CHR, BLK, FIFO = tarfile.CHRTYPE, tarfile.BLKTYPE, tarfile.FIFOTYPE


def member(name, type=F, link="", data=b"owned\n", **more):
    info = tarfile.TarInfo(name)
    info.type, info.linkname, info.mode = type, link, 0o755
    info.size = len(data) if type == F else 0
    for key, value in more.items():
        setattr(info, key, value)
    return info, data if type == F else b""


def write(name, members, error, format=tarfile.PAX_FORMAT):
    with tarfile.open(f"{folder}/{name}.tar", "w", format=format) as tar:
        for info, data in members:
            tar.addfile(info, io.BytesIO(data))
    print(f"{name}.tar\t{error}")


def raw(name, data, error):
    with open(f"{folder}/{name}.tar", "wb") as file:
        file.write(data)
    print(f"{name}.tar\t{error}")


def header(name, size, type=b"0", link=b""):
    block = bytearray(512)
    block[0:len(name)] = name
    block[100:107], block[108:115], block[116:123] = b"0000755", b"0000000", b"0000000"
    block[124:124 + len(size)] = size
    block[136:147] = b"00000000000"
    block[156:157] = type
    block[157:157 + len(link)] = link
    block[257:265] = b"ustar\0" + b"00"
    block[148:156] = b" " * 8
    block[148:156] = b"%06o\0 " % sum(block)
    return bytes(block)


def pax(records):
    data = records + b"\0" * (-len(records) % 512)
    return header(b"pax", b"%011o" % len(records), b"x") + data


def record(key, value):
    length = len(key) + len(value) + 3
    while len(str(length)) + len(key) + len(value) + 3 != length:
        length = len(str(length)) + len(key) + len(value) + 3
    return b"%d %s=%s\n" % (length, key, value)


up = "../" * 20 + canary.lstrip("/")
file = header(b"file", b"00000000006") + b"owned\n" + b"\0" * 506
end = b"\0" * 1024

# Names that lead out.
write("name-up", [member(up + "/file")], "leads upwards")
write("name-up-inside", [member("a/b/../../../x")], "a/b/../../../x: the name leads upwards")
write("name-up-gnu", [member(up + "/" + "x/../" * 30 + "file")], "leads upwards", tarfile.GNU_FORMAT)
raw("name-up-pax", pax(record(b"path", up.encode() + b"/file")) + file + end, "leads upwards")
write("name-dots", [member("..")], "leads upwards")
write("name-absolute", [member(canary + "/file")], "-")
write("name-deep", [member("d/" * 300 + "x")], "too deep|nested deeper|folders|too long")
write("name-long", [member("n" * 300)], "name too long|File name too long")
write("name-path-max", [member("/".join(["p" * 200] * 30))], "too long")
raw("name-none", pax(record(b"path", b"")) + header(b"", b"00000000000") + end, "no name|damaged")
write("name-terminal", [member("a\033[2J\nb"), member(up)], "leads upwards")

# Links, and what comes through them.
write("link-out", [member("l", L, canary), member("l/file")], "l/file: ")
write("link-up", [member("l", L, up), member("l/file")], "l/file: ")
write("link-chain", [member("a", L, "b"), member("b", L, canary), member("a/file")], "a/file: ")
write("link-loop", [member("a", L, "b"), member("b", L, "a"), member("a/file")], "a/file: ")
write("link-proc", [member("l", L, "/proc/self/root" + canary), member("l/file")], "l/file: ")
write("link-self", [member("l", L, "."), member("l/l/l/file")], "-")
write("link-replaced", [member("l", L, canary + "/file"), member("l")], "-")
write("hard-out", [member("h", H, canary + "/file")], "h: hard link to ")
write("hard-up", [member("h", H, up + "/file")], "h: hard link to ")
write("hard-symlink", [member("l", L, canary + "/file"), member("h", H, "l"), member("h")], "h: hard link to l")
write("hard-through", [member("l", L, canary), member("h", H, "l/file")], "h: hard link to ")
write("hard-none", [member("h", H, "none")], "h: hard link to none")
write("hard-self", [member("h", H, "h")], "h: hard link to h")
raw("hard-content", header(b"h", b"00000000006", b"1", canary.encode() + b"/file") + b"owned\n" + b"\0" * 506
    + end, "hard link to ")

# A name that changes what it is.
write("type-folder-link", [member("d", D), member("d", L, canary), member("d/file")], "d: the archive has made a folder")
write("type-folder-file", [member("d", D), member("d")], "d: the archive has made a folder")
write("type-file-folder", [member("f"), member("f", D), member("f/file")], "-")
write("type-link-folder", [member("l", L, canary), member("l", D), member("l/file")], "-")
write("type-below-file", [member("f"), member("f/file")], "f/file: ")
write("type-root-file", [member("./")], "damaged|folder")

# Devices, ids, times, modes, attributes.
write("device", [member("null", CHR, devmajor=1, devminor=3), member("sda", BLK, devmajor=8),
                 member("fifo", FIFO)], "-")
write("device-through-link", [member("d", L, canary), member("d/null", CHR, devmajor=1, devminor=3)], "d/null: ")
write("ids", [member("f", uid=2**31, gid=2**32 - 2)], "-|owner")
write("time", [member("f", mtime=-2**40)], "-|time")
write("setuid", [member("f", mode=0o7777)], "-")
raw("xattr", pax(record(b"SCHILY.xattr.security.capability", b"\1\0\0\2" + b"\xff" * 16)
                 + record(b"SCHILY.xattr.trusted.overlay.opaque", b"y")
                 + record(b"SCHILY.xattr.user.overlay.opaque", b"y")) + file + end, "-")
write("whiteouts", [member(".wh..wh..opq"), member(".wh.etc"), member("w", CHR, devmajor=0, devminor=0)], "-")

# Headers that lie.
raw("pax-length", pax(b"99999 path=x\n") + file + end, "damaged|pax|-")
raw("pax-huge", header(b"pax", b"77777777777", b"x") + b"x" * 512 + end, "damaged|cut off|too large|memory")
raw("pax-garbage", pax(b"\xff\0\n=x" * 50) + file + end, "damaged|-")
raw("pax-size", pax(record(b"size", b"99999999999999999999")) + file + end, "damaged|size|cut off|unpacks to more")
raw("pax-size-negative", pax(record(b"size", b"-5")) + file + end, "damaged|size|-")
raw("size-negative", header(b"f", b"\xff" * 12) + end, "damaged|size")
raw("size-huge", header(b"f", b"\x80" + b"\0" * 3 + b"\x7f" + b"\xff" * 7) + end, "damaged|size|unpacks to more|cut off")
raw("sum", b"x" + header(b"f", b"0")[1:] + end, "no archive|damaged")
raw("cut-header", file + header(b"g", b"00000000000")[:300], "damaged|cut off")
raw("cut-content", header(b"f", b"00000100000") + b"x" * 700, "damaged|cut off")
raw("gnu-sparse", pax(record(b"GNU.sparse.major", b"1") + record(b"GNU.sparse.minor", b"0")
                      + record(b"GNU.sparse.realsize", b"999999999999999"))
    + header(b"s", b"00000001000") + b"1\n999999999999000\n999\n".ljust(512, b"\0") + end,
    "damaged|size|unpacks to more|cut off|longer")
with gzip.open(f"{folder}/gzip-tail.tar", "wb") as out:
    out.write(file + end)
with open(f"{folder}/gzip-tail.tar", "r+b") as out:
    out.seek(-6, os.SEEK_END)
    out.write(b"\xff\xff")
print("gzip-tail.tar\tdamaged|-")

# What the image says of itself.
write("settings-link", [member(".jail", D), member(".jail/config", L, canary + "/file")], "-")
write("settings-fifo", [member(".jail/config", FIFO)], ".jail/config")
write("settings-huge", [member(".jail/config", data=b"env=A=b\n" * 200000)], ".jail/config")
write("settings-binary", [member(".jail/config", data=b"\0\1\2" * 100)], ".jail/config")
write("passwd-fifo", [member("etc/passwd", FIFO)], "etc/passwd")
write("passwd-link", [member("etc/passwd", L, canary + "/file")], "-")
write("manifest-hostile", [member(".jail/manifest.json", data=b'{"schema":' + b"[" * 100000),
                           member(".jail/owners", data=b"0:0 /../../.." + canary.encode() + b"/file\n")], "-")
