"""Runs a command and says what the operating system counted: CPU seconds, wall seconds, peak memory, exit code.

A small process of its own, since a child's peak memory is never told as less than that of whoever started it.
"""

import os
import sys
import time


def main():
    report, output, *command = sys.argv[1:]
    begun = time.monotonic()
    pid = os.fork()
    if pid == 0:
        target = os.open(output, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644)
        os.dup2(target, 1)
        os.dup2(os.open(output + ".err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o644), 2)
        os.execvp(command[0], command)
    _, status, usage = os.wait4(pid, 0)
    wall = time.monotonic() - begun
    with open(report, "w") as file:
        file.write(f"{usage.ru_utime + usage.ru_stime} {wall} {usage.ru_maxrss / 1024} {os.waitstatus_to_exitcode(status)}")


main()
