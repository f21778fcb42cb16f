#!/usr/bin/python3
"""The AWS CLI of the system, without its start for each call: reading its modules takes longer than
all that a test asks of it.

usage: peer_aws.py serve SOCKET           reads them once; "ready" once it listens; ends when its input does
       peer_aws.py run SOCKET ARGUMENT... as "aws ARGUMENT..." would, with this environment, folder and
                                          input and outputs, but not on this terminal

HOME is read by those modules: it must be the same in both."""

import json
import os
import select
import signal
import socket
import sys


def read_all(connection):
    parts = []
    while True:
        part = connection.recv(65536)
        if not part:
            return b"".join(parts)
        parts.append(part)


def run(path, arguments):
    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        socket.send_fds(connection, [b"!"], [0, 1, 2])
        connection.sendall(json.dumps({"arguments": arguments, "environment": dict(os.environ),
                                       "folder": os.getcwd()}).encode())
        connection.shutdown(socket.SHUT_WR)
        return int(read_all(connection) or 1)


def answer(connection, command, added):
    """In a child: becomes the one who has asked, and tells how it ended."""
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    _, files, _, _ = socket.recv_fds(connection, 1, 3)
    asked = json.loads(read_all(connection))
    for target, file in enumerate(files):
        os.dup2(file, target)
        os.close(file)
    os.environ.clear()
    os.environ.update({**asked["environment"], **added})
    os.chdir(asked["folder"])
    sys.argv = ["aws", *asked["arguments"]]
    status = command()
    sys.stdout.flush()
    sys.stderr.flush()
    connection.sendall(str(status or 0).encode())


def serve(path):
    # Only here: the other side must start quickly.
    before = dict(os.environ)
    import awscli.clidriver
    import awscli.handlers  # what each call would load first
    # It says where its data lie in a variable.
    added = {name: value for name, value in os.environ.items() if before.get(name) != value}

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(path)
    listener.listen(16)
    print("ready", flush=True)
    while True:
        ready, _, _ = select.select([0, listener], [], [])
        if 0 in ready:
            os._exit(0)
        connection, _ = listener.accept()
        if os.fork() == 0:
            listener.close()
            try:
                answer(connection, awscli.clidriver.main, added)
            finally:
                os._exit(1)
        connection.close()


if __name__ == "__main__":
    if sys.argv[1] == "serve":
        serve(sys.argv[2])
    sys.exit(run(sys.argv[2], sys.argv[3:]))
