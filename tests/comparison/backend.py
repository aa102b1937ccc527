"""What does a chat backend get, byte for byte? A server on loopback that keeps it all."""

import socket
import socketserver
import threading
from dataclasses import dataclass, field

LONGEST = 1 << 20  # Bytes of one request; no probe comes near.
PATIENCE = 10  # Seconds until a silent connection is given up.


@dataclass
class Received:
    """One request as it arrived."""

    peer: str
    raw: bytes = b""
    target: bytes = b""
    fields: list = field(default_factory=list)  # (name, value) in order of arrival
    trailers: list = field(default_factory=list)


class Backend:
    """A recording backend. Every request is kept before it is answered."""

    def __init__(self):
        self.kept = []
        self.lock = threading.Lock()
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            timeout = PATIENCE

            def handle(self):
                received = read(Recorder(self.rfile), self.client_address[0])
                if received is None:
                    return
                with outer.lock:
                    outer.kept.append(received)
                self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n"
                                 b"Content-Type: text/plain\r\nConnection: close\r\n\r\nok\n")

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            request_queue_size = 64

            def handle_error(self, request, client_address):
                pass  # A proxy that hangs up early is its own business.

        self.server = Server(("127.0.0.1", 0), Handler)
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self):
        """What arrived since the last call."""
        with self.lock:
            taken, self.kept = self.kept, []
        return taken

    def close(self):
        self.server.shutdown()
        self.server.server_close()


class Recorder:
    """Reads, and keeps what was read."""

    def __init__(self, source):
        self.source = source
        self.raw = bytearray()

    def line(self):
        return self.keep(self.source.readline(LONGEST))

    def bytes(self, count):
        return self.keep(self.source.read(min(count, LONGEST)))

    def keep(self, piece):
        self.raw += piece
        if len(self.raw) > LONGEST:
            raise ValueError("request too long")
        return piece


def read(source, peer):
    """One request with its body and trailers; `None` where the connection says nothing."""
    first = source.line()
    if not first:
        return None
    received = Received(peer)
    received.target = (first.split(b" ") + [b""])[1]
    received.fields = read_fields(source)
    by_name = {name.lower(): value.lower() for name, value in received.fields}
    if b"chunked" in by_name.get(b"transfer-encoding", b""):
        while size := int(source.line().split(b";")[0], 16):
            source.bytes(size + 2)
        received.trailers = read_fields(source)
    else:
        source.bytes(int(by_name.get(b"content-length", b"0")))
    received.raw = bytes(source.raw)
    return received


def read_fields(source):
    fields = []
    while (line := source.line().rstrip(b"\r\n")):
        name, _, value = line.partition(b":")
        fields.append((name, value.strip()))
    return fields


def free_port():
    """A port on loopback that nobody used a moment ago."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]
