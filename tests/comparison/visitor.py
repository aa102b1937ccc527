"""A visitor's browser, down to the bytes: HTTP/1.1 and HTTP/2 over TLS from a chosen address.

Hand-written because no client in the standard library sends trailers, repeated lines or
HTTP/2. One request a connection, so that no request can hide behind another.
"""

import socket
import ssl
import struct
from functools import cache

HOST = "shop.example.org"
PATIENCE = 10  # Seconds until a silent proxy is given up.
PROTOCOLS = {"HTTP/1.1": "http/1.1", "HTTP/2": "h2"}


class NotSpoken(Exception):
    """The proxy does not offer this protocol."""


def send(protocol, port, source, target, fields, trailers):
    """Sends one request from the address `source` and waits until it is answered or refused.
    What came of it is for the backend to tell."""
    with socket.create_connection(("127.0.0.1", port), PATIENCE, (source, 0)) as plain:
        with context(protocol).wrap_socket(plain, server_hostname=HOST) as stream:
            chosen = stream.selected_alpn_protocol()
            if protocol == "HTTP/2" and chosen != "h2":
                raise NotSpoken(protocol)
            try:
                (http2 if chosen == "h2" else http1)(stream, target, fields, trailers)
            except (ConnectionError, ssl.SSLError):
                pass  # Refused in the middle.


@cache
def context(protocol):
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    made.check_hostname = False
    made.verify_mode = ssl.CERT_NONE  # A throw-away certificate, made for this run.
    made.set_alpn_protocols([PROTOCOLS[protocol]])
    return made


def http1(stream, target, fields, trailers):
    lines = [f"{'POST' if trailers else 'GET'} {target} HTTP/1.1", f"Host: {HOST}"]
    lines += [f"{name}: {value}" for name, value in fields]
    if trailers:
        lines += ["TE: trailers", "Transfer-Encoding: chunked", "Content-Type: text/plain",
                  "Trailer: " + ", ".join(name for name, _ in trailers)]
    lines += ["Connection: close" + (", TE" if trailers else ""), ""]
    if trailers:
        lines += ["5", "hello", "0"] + [f"{name}: {value}" for name, value in trailers] + [""]
    stream.sendall("".join(line + "\r\n" for line in lines).encode())
    while stream.recv(65536):
        pass


# RFC 9113 §6: types and flags of frames.
DATA, HEADERS, RST_STREAM, SETTINGS, GOAWAY = 0, 1, 3, 4, 7
END_STREAM, ACK, END_HEADERS = 1, 1, 4


def http2(stream, target, fields, trailers):
    head = [(":method", "POST" if trailers else "GET"), (":scheme", "https"),
            (":authority", HOST), (":path", target)]
    head += [(name.lower(), value) for name, value in fields]
    if trailers:
        head += [("te", "trailers"), ("content-type", "text/plain"),
                 ("trailer", ", ".join(name.lower() for name, _ in trailers))]
    out = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + frame(SETTINGS, 0, 0, b"")
    if trailers:
        tail = [(name.lower(), value) for name, value in trailers]
        out += frame(HEADERS, END_HEADERS, 1, block(head)) + frame(DATA, 0, 1, b"hello")
        out += frame(HEADERS, END_HEADERS | END_STREAM, 1, block(tail))
    else:
        out += frame(HEADERS, END_HEADERS | END_STREAM, 1, block(head))
    stream.sendall(out)
    while True:
        start = exactly(stream, 9)
        kind, flags, number = start[3], start[4], struct.unpack(">I", start[5:])[0]
        exactly(stream, int.from_bytes(start[:3], "big"))
        if kind == SETTINGS and not flags & ACK:
            stream.sendall(frame(SETTINGS, ACK, 0, b""))
        if kind in (RST_STREAM, GOAWAY):
            return
        if number == 1 and kind in (DATA, HEADERS) and flags & END_STREAM:
            return


def frame(kind, flags, number, payload):
    return len(payload).to_bytes(3, "big") + struct.pack(">BBI", kind, flags, number) + payload


def block(fields):
    """RFC 7541 §6.2.2: every field as a literal without indexing, no Huffman code."""
    return b"".join(b"\0" + text(name) + text(value) for name, value in fields)


def text(value):
    raw = value.encode()
    if len(raw) < 127:
        return bytes([len(raw)]) + raw
    rest, out = len(raw) - 127, b"\x7f"
    while rest >= 128:
        out, rest = out + bytes([rest % 128 | 128]), rest // 128
    return out + bytes([rest]) + raw


def exactly(stream, count):
    out = b""
    while len(out) < count:
        piece = stream.recv(count - len(out))
        if not piece:
            raise ConnectionError("closed")
        out += piece
    return out
