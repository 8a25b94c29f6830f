# SPDX-FileCopyrightText: 2026 The tmpdir-glib authors
# SPDX-License-Identifier: LGPL-2.1-or-later

"""slow-relay.py MILLISECONDS HOST PORT

A ProxyCommand of ssh: passes on what comes, in both directions, half of that
time later each. Like a long line it delays, but takes any number of bytes
meanwhile."""

import os
import queue
import socket
import sys
import threading
import time


def relay(source, sink, delay, end):
    chunks = queue.Queue()

    def read():
        chunk = True
        while chunk:
            try:
                chunk = os.read(source, 65536)
            except OSError:
                chunk = b''
            chunks.put((time.monotonic() + delay, chunk))

    threading.Thread(target=read, daemon=True).start()
    while True:
        due, chunk = chunks.get()
        time.sleep(max(0, due - time.monotonic()))
        if not chunk:
            break
        while chunk:
            chunk = chunk[os.write(sink, chunk):]
    end()


def main():
    delay = float(sys.argv[1]) / 2000
    server = socket.create_connection((sys.argv[2], int(sys.argv[3])))
    server.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    threading.Thread(
        target=relay, daemon=True,
        args=(0, server.fileno(), delay, lambda: server.shutdown(socket.SHUT_WR))).start()
    relay(server.fileno(), 1, delay, lambda: None)


main()
