"""Do the rules hold on both ways of a WebSocket?  proof.py PORT

Sends one message to the echo behind the proxy. Each direction has a pattern of its own, so one
that is not looked at leaves its ticket where it is.
"""

import base64
import os
import socket
import struct
import sys

SENT = b"I am ann@example.org, tickets ASKED-0001 and ANSWERED-0001"
EXPECTED = b"I am [email], tickets [there] and [back]"


def main():
    with socket.create_connection(("127.0.0.1", int(sys.argv[1])), timeout=10) as wire:
        with wire.makefile("rb") as answer:
            port, key = sys.argv[1], base64.b64encode(os.urandom(16)).decode()
            wire.sendall((f"GET / HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nUpgrade: websocket\r\n"
                          f"Connection: Upgrade\r\nSec-WebSocket-Key: {key}\r\n"
                          "Sec-WebSocket-Version: 13\r\n\r\n").encode())
            status = answer.readline()
            if b" 101 " not in status:
                return f"no WebSocket: {status.decode(errors='replace').strip()}"
            while answer.readline().strip():
                pass
            wire.sendall(text_frame(SENT))
            received = read_message(answer)
    return None if received == EXPECTED else f"sent {SENT}, received {received}"


def text_frame(text):
    """One masked frame (RFC 6455 section 5.2), for fewer than 126 octets."""
    mask = os.urandom(4)
    masked = bytes(octet ^ mask[at % 4] for at, octet in enumerate(text))
    return bytes([0x81, 0x80 | len(text)]) + mask + masked


def read_message(answer):
    """One text message, in however many frames it comes."""
    message = b""
    while True:
        first, length = answer.read(2)
        if length == 126:
            length, = struct.unpack(">H", answer.read(2))
        payload = answer.read(length)
        if first & 0x0F not in (0, 1):
            return f"a frame with opcode {first & 0x0F}: {payload}"
        message += payload
        if first & 0x80:
            return message


if __name__ == "__main__":
    try:
        trouble = main()
    except (OSError, ValueError) as error:
        trouble = error
    sys.exit(f"the proof failed: {trouble}" if trouble else 0)
