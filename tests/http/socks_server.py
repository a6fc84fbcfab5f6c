"""A small server of SOCKS4, 4a and 5."""

from __future__ import annotations

import contextlib
import socket
import threading


class SocksServer:
    """A proxy that connects to ports of this machine, whatever host it is asked for, and keeps what it was asked."""

    def __init__(self, *, reply=None, wanted=None, fault=""):
        """`reply`: the code it rejects with; `wanted`: a login; `fault`: "silence", "drip" or "garbage"."""
        self.reply, self.wanted, self.fault = reply, wanted, fault
        self.asked = []
        self._closing = contextlib.ExitStack()
        self._stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"127.0.0.1:{self._listener.getsockname()[1]}"
        self._start(self._accept)

    def _start(self, target, *args):
        threading.Thread(target=target, args=args, daemon=True).start()

    def _accept(self):
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                self._closing.callback(connection.close)
                self._start(self._serve, connection)

    def _serve(self, connection):
        with contextlib.suppress(OSError, EOFError), connection, connection.makefile("rwb", 0) as file:
            if self.fault == "silence":
                self._stopping.wait(10)
            version = self._exactly(file, 1)
            target = (self._socks4 if version == b"\x04" else self._socks5)(file)
            if target is None:
                return
            with socket.create_connection(target) as other:
                self._start(self._pump, other, connection)
                self._pump(connection, other)

    @staticmethod
    def _exactly(file, count):
        data = b""
        while len(data) < count:
            data += (more := file.read(count - len(data)))
            if not more:
                raise EOFError
        return data

    def _until_zero(self, file):
        return b"".join(iter(lambda: self._exactly(file, 1), b"\0"))

    def _say(self, file, data):
        if self.fault == "garbage":
            data = b"HTTP/1.1 400 Bad Request\r\n\r\n"
        for byte in data:
            if self.fault == "drip":
                self._stopping.wait(0.1)
            file.write(bytes([byte]))

    def _socks4(self, file):
        command, port, address = self._exactly(file, 1), self._exactly(file, 2), self._exactly(file, 4)
        user = self._until_zero(file).decode()
        name = self._until_zero(file).decode() if address[:3] == b"\0\0\0" else socket.inet_ntoa(address)
        self.asked.append((4, command[0], name, user))
        self._say(file, bytes([0, 0x5A if self.reply is None else self.reply]) + b"\0" * 6)
        return None if self.reply else ("127.0.0.1", int.from_bytes(port))

    def _socks5(self, file):
        methods = self._exactly(file, self._exactly(file, 1)[0])
        wanted = 0 if self.wanted is None else 2
        if wanted not in methods:
            self._say(file, b"\x05\xff")
            return None
        self._say(file, bytes([5, wanted]))
        if self.wanted is not None:
            self._exactly(file, 1)
            login = tuple(self._exactly(file, self._exactly(file, 1)[0]).decode() for _ in range(2))
            self._say(file, bytes([1, login != self.wanted]))
            if login != self.wanted:
                return None
        _, command, _, kind = self._exactly(file, 4)
        if kind == 3:
            name = self._exactly(file, self._exactly(file, 1)[0]).decode()
        else:
            name = socket.inet_ntoa(self._exactly(file, 4))
        port = int.from_bytes(self._exactly(file, 2))
        self.asked.append((5, command, name, None if self.wanted is None else self.wanted[0]))
        self._say(file, bytes([5, self.reply or 0, 0, 1]) + b"\0" * 6)
        return None if self.reply else ("127.0.0.1", port)

    @staticmethod
    def _pump(one, other):
        with contextlib.suppress(OSError):
            while data := one.recv(65536):
                other.sendall(data)
        with contextlib.suppress(OSError):
            other.shutdown(socket.SHUT_WR)

    def close(self):
        self._stopping.set()
        with contextlib.suppress(OSError):  # it was closed before
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._closing.close()
