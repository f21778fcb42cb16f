#!/usr/bin/python3
"""usage: peer_pty.py ANSWERS COMMAND [ARGUMENT]...

Runs a command on a terminal of its own and types an answer, of those that blanks separate, each time
that it asks for a code; nothing but Enter once there is none left. What the terminal shows goes to
standard output, the exit status is the command's; its own standard output and error are the terminal,
too."""

import os
import pty
import re
import sys

QUESTION = re.compile(rb"(?i)\bcode\b[^\n]*: ?$")


def main():
    answers, command = sys.argv[1].split(), sys.argv[2:]
    pid, terminal = pty.fork()
    if pid == 0:
        try:
            os.execvp(command[0], command)
        finally:
            os._exit(127)
    shown = b""
    while True:
        try:
            data = os.read(terminal, 4096)
        except OSError:
            break  # Linux says so once nobody holds the other end
        if not data:
            break
        shown += data
        os.write(1, data.replace(b"\r", b""))
        if QUESTION.search(shown):
            os.write(terminal, (answers.pop(0).encode() if answers else b"") + b"\n")
            shown = b""
    return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])


if __name__ == "__main__":
    sys.exit(main() & 0xff)
