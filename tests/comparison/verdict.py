"""What became of an address: judged from the bytes that the backend received."""

from dataclasses import dataclass, field

from finder import Finder
from probes import MARK

RAW, HIDDEN, ABSENT, REFUSED = "raw address", "hidden", "not forwarded", "refused"


@dataclass
class Cell:
    """The outcomes of one row for one contender."""

    carriers: set = field(default_factory=set)
    leaking: dict = field(default_factory=dict)  # carrier: protocols over which it leaks
    passed: bool = True  # Whether every leak is a line exactly as it was sent.
    other: dict = field(default_factory=dict)  # outcome: protocols over which it came

    def add(self, carrier, protocol, outcome, passed):
        self.carriers.add(carrier)
        if outcome == RAW:
            self.leaking.setdefault(carrier, set()).add(protocol)
            self.passed = self.passed and passed
        else:
            self.other.setdefault(outcome, set()).add(protocol)

    def text(self, protocols):
        if not self.leaking:
            return ", ".join(outcome + only(self.other[outcome], protocols)
                             for outcome in (HIDDEN, ABSENT, REFUSED) if outcome in self.other)
        words = RAW
        if len(self.carriers) > 1:
            words += f" ({len(self.leaking)} of {len(self.carriers)})"
        words += only(set().union(*self.leaking.values()), protocols)
        return f"**{words}**" + (" ¹" if self.passed else "")


def only(some, protocols):
    return "" if len(some) == len(protocols) else f" over {' and '.join(sorted(some))}"


class Judge:
    """Judges what one contender let through of one visitor."""

    def __init__(self, address):
        self.finder = Finder(address)
        self.address = address
        self.known = {}  # protocol: names of fields that leak even for the connection alone

    def outcome(self, probe, protocol, received):
        """The outcome, and whether a leak is a line exactly as it was sent."""
        if not received:
            return REFUSED, False
        found = [self.leaks(one) for one in received]
        leaks = set().union(*found)
        if probe.kind == "connection":
            self.known[protocol] = {name for _, name, _ in leaks}
            told = any(name.lower() in (b"x-forwarded-for", b"x-real-ip")
                       for one in received for name, _ in one.fields)
            return (RAW if leaks else HIDDEN if told else ABSENT), False
        carrier = probe.carrier.lower().encode()
        mine = {leak for leak in leaks
                if (leak[0], leak[1].lower()) == (probe.kind, carrier)
                or leak[1] not in self.known[protocol]}
        if mine:
            values = [value for _, value in (*probe.fields, *probe.trailers)]
            # A proxy may join the lines of one name (RFC 9110 §5.3).
            sent = {text.encode() for text in
                    (*values, ",".join(values), ", ".join(values), probe.target)}
            return RAW, all(value in sent for _, _, value in mine)
        return (HIDDEN if any(self.arrived(probe, one) for one in received) else ABSENT), False

    def leaks(self, one):
        """Where the address stands in a request: (place, name, value)."""
        found = set()
        if one.peer == self.address:
            found.add(("connection", b"peer", one.peer.encode()))
        if self.finder.finds(one.target):
            found.add(("target", b"target", one.target))
        for place, lines in (("field", one.fields), ("trailer", one.trailers)):
            for name, value in lines:
                if self.finder.finds(name) or self.finder.finds(value):
                    found.add((place, name, value))
        # What is in none of the lines is still in the bytes: body, framing, a preface.
        if not found and self.finder.finds(one.raw):
            found.add(("bytes", b"bytes", one.raw))
        return found

    @staticmethod
    def arrived(probe, one):
        if probe.kind == "target":
            return MARK.encode() in one.target
        lines = one.trailers if probe.kind == "trailer" else one.fields
        return any(name.lower() == probe.carrier.lower().encode() for name, _ in lines)
