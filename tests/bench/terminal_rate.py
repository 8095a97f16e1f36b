#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""terminal_rate.py COMMAND [ARG…]: runs COMMAND on a terminal and reads what it prints as fast as it can.

Prints the rate in MB/s, counted from the first byte to the last. Called by tests/bench/run.
"""
import os
import pty
import sys
import time

pid, master = pty.fork()
if pid == 0:
    os.execvp(sys.argv[1], sys.argv[1:])

total, start = 0, None
while True:
    try:
        data = os.read(master, 1 << 16)
    except OSError:  # EIO: the other side is closed
        break
    if not data:
        break
    if start is None:
        start = time.monotonic()
    total += len(data)
taken = time.monotonic() - (start or time.monotonic())
_, status = os.waitpid(pid, 0)
if os.waitstatus_to_exitcode(status) != 0 or total < 100_000_000:
    sys.exit(f"terminal_rate.py: {sys.argv[1]} failed, or printed only {total} bytes")
print(int(total / taken / 1e6))
