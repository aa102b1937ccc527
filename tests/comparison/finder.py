"""Does this text contain one visitor's address, in whatever spelling?

Written apart from cloakroom's own scan, so that one mistake does not hide in both. Seen
through are percent-encoding (twice), dotted, dashed and underscored IPv4 with decimal, octal
or hexadecimal parts, IPv4 as one number, reverse names, every spelling of IPv6, IPv4 inside
IPv6 (mapped, compatible, NAT64, 6to4), and the bytes themselves (PROXY protocol version 2).
"""

import re
from ipaddress import IPv6Address, ip_address
from urllib.parse import unquote_to_bytes

QUAD = re.compile(r"(?<![0-9a-z])((?:0x[0-9a-f]+|[0-9]+)(?:([._-])(?:0x[0-9a-f]+|[0-9]+))"
                  r"(?:\2(?:0x[0-9a-f]+|[0-9]+)){2})(?![0-9a-f])")
NUMBER = re.compile(r"(?<![0-9a-z])(?:0x[0-9a-f]+|[0-9]{6,})(?![0-9a-z])")
COLONS = re.compile(r"[0-9a-f:.]*:[0-9a-f:.]*:[0-9a-f:.]*")
DIGITS = re.compile(r"(?<![0-9a-f])[0-9a-f]{32}(?![0-9a-f])")
REVERSE = re.compile(r"([0-9.]+)\.in-addr\.arpa|([0-9a-f.]+)\.ip6\.arpa")


class Finder:
    """Looks for one address."""

    def __init__(self, address):
        self.address = ip_address(address)

    def finds(self, text: bytes) -> bool:
        if self.address.packed in text:
            return True
        for _ in range(3):
            if any(a == self.address for a in spelt(text.decode("latin-1").lower())):
                return True
            decoded = unquote_to_bytes(text)
            if decoded == text:
                return False
            text = decoded
        return False


def spelt(text):
    """Every address that stands in `text`."""
    for match in QUAD.finditer(text):
        yield from quad(match[1], match[2])
    for match in NUMBER.finditer(text):
        yield from number(match[0])
    for match in COLONS.finditer(text):
        yield from colons(match[0])
    for match in DIGITS.finditer(text):
        yield from inside(IPv6Address(int(match[0], 16)))
    for match in REVERSE.finditer(text):
        if match[1]:
            yield from parse(".".join(reversed(match[1].split("."))))
        else:
            yield from parse(":".join(re.findall("....", "".join(reversed(match[2].split("."))))))


def quad(text, mark):
    parts = text.split(mark)
    for octal in (False, True):
        values = [integer(part, octal) for part in parts]
        if all(value is not None and value < 256 for value in values):
            yield ip_address(bytes(values))


def number(text):
    for octal in (False, True):
        value = integer(text, octal)
        if value is not None and value < 1 << 32:
            yield ip_address(value)
        elif value is not None and value < 1 << 128:
            yield IPv6Address(value)


def integer(text, octal):
    try:
        if text.startswith("0x"):
            return int(text, 16)
        return int(text, 8 if octal and text.startswith("0") else 10)
    except ValueError:
        return None


def colons(text):
    """Any piece may be the address: ports, brackets and other text stand around it."""
    for start in range(len(text)):
        for end in range(start + 2, min(len(text), start + 45) + 1):
            piece = text[start:end]
            if piece.count(":") >= 2:
                yield from parse(piece)


def parse(text):
    try:
        found = ip_address(text)
    except ValueError:
        return
    yield from inside(found) if found.version == 6 else (found,)


def inside(found):
    yield found
    if found.sixtofour:
        yield found.sixtofour
    # Mapped, translated, compatible, NAT64: the last 32 bits.
    yield ip_address(int(found) & 0xFFFF_FFFF)


def check():
    """Fails where the finder itself is wrong: a table made by a blind finder is worthless."""
    for address, yes, no in [
        ("127.0.0.77",
         ["127.0.0.77", "x=127.0.0.77:443", "127%2E0%2e0.77", "127%252E0%252E0%252E77",
          "127-0-0-77", "0177.0.0.0115", "0x7f.0.0.0x4d", "2130706509", "0x7f00004d",
          "[::ffff:127.0.0.77]:1", "::FFFF:7f00:4d", "0:0:0:0:0:ffff:7f00:004d",
          "2002:7f00:4d::1", "64:ff9b::7f00:4d", "77.0.0.127.in-addr.arpa",
          "\x7f\x00\x00M"],
         ["127.0.0.0", "127.0.0.7", "127.0.0.777", "1127.0.0.77", "::ffff:7f00:0",
          "2130706432", "127.0.0.0/24", ""]),
        ("2001:db8:77:1::beef",
         ["2001:db8:77:1::beef", "[2001:DB8:77:1:0:0:0:BEEF]:443",
          "2001%3Adb8%3A77%3A1%3A%3Abeef", "2001:0db8:0077:0001:0000:0000:0000:beef",
          "20010db800770001000000000000beef"],
         ["2001:db8::", "2001:db8:77:1::", "2001:db8:77:1::bee"]),
    ]:
        finder = Finder(address)
        for text in yes:
            assert finder.finds(text.encode("latin-1")), f"not found: {text}"
        for text in no:
            assert not finder.finds(text.encode("latin-1")), f"wrongly found: {text}"
