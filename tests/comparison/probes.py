"""What is sent: the visitor's address in every place from which a backend might read it."""

import re
from dataclasses import dataclass

# Headers with a row of their own; the others of cloakroom's list share one.
ALONE = ["X-Forwarded-For", "X-Real-IP", "Forwarded", "CF-Connecting-IP", "True-Client-IP"]
ELSE = "198.51.100.7"  # Another hop, which is nobody's visitor.
MARK = "kept"  # Stands beside an address in a target, to tell "hidden" from "not forwarded".


@dataclass
class Probe:
    """One request. A row may have many carriers, a carrier many spellings (one probe each)."""

    row: str
    carrier: str  # A field's name, or what else carries the address.
    kind: str  # connection, field, trailer, target
    target: str = "/chat"
    fields: tuple = ()
    trailers: tuple = ()


def all_probes(address, names):
    """Every probe for a visitor at this address; `names` is cloakroom's list."""
    mapped = f"::ffff:{address}" if "." in address else address
    bracketed = f"[{address}]" if ":" in address else address
    escaped = address.replace(".", "%2E").replace(":", "%3A")

    yield Probe("the connection alone", "connection", "connection")
    for name in ALONE:
        for lines in spellings(name, address, mapped, bracketed):
            yield Probe(f"`{name}`", name, "field", fields=tuple((name, v) for v in lines))
    others = [name for name in names if name not in map(str.lower, ALONE)]
    for name in others:
        for lines in spellings(name, address, mapped, bracketed)[:2]:
            yield Probe("other headers for addresses", name, "field",
                        fields=tuple((name, v) for v in lines))
    yield Probe("`X_Forwarded_For`", "X_Forwarded_For", "field",
                fields=(("X_Forwarded_For", address),))
    for name in names:
        if "-" in name and name != "x-forwarded-for":
            value = spellings(name, address, mapped, bracketed)[0][0]
            under = name.replace("-", "_")
            yield Probe("other names with `_` for `-`", under, "field", fields=((under, value),))
    for name in ["X-Forwarded-For", "X-Real-IP", "Forwarded", "X-Shop-Debug"]:
        value = spellings(name, address, mapped, bracketed)[0][0]
        yield Probe("trailers", name, "trailer", trailers=((name, value),))
    for spelt in [bracketed, escaped, mapped]:
        yield Probe("query", "query", "target", target=f"/chat?{MARK}=1&ip={spelt}")
        yield Probe("path", "path", "target", target=f"/{MARK}/{spelt}/chat")
        for name, value in [("Referer", f"https://shop.example.org/?ip={spelt}"),
                            ("Cookie", f"a=1; ip={spelt}"),
                            ("X-Shop-Debug", f"visitor {spelt} in queue")]:
            row = f"`{name}`" if name != "X-Shop-Debug" else "a header nobody has listed"
            yield Probe(row, name, "field", fields=((name, value),))


def spellings(name, address, mapped, bracketed):
    """Values as those who write this header spell them: a list of lists of lines."""
    match name.lower():
        case "forwarded":
            quoted = f'for="{bracketed}:4711"' if ":" in address else f"for={address}"
            return [[f"{quoted};proto=https"], [f"{quoted}, for={ELSE}"],
                    [quoted, f"for={ELSE}"], [f'for="[{mapped}]:4711"']]
        case "via":
            return [[f"1.1 {bracketed}"], [f"1.1 {bracketed}", f"1.1 {ELSE}"]]
        case "cloudfront-viewer-address":
            return [[f"{bracketed}:4711"], [f"{bracketed}:4711", f"{ELSE}:4711"]]
        case "x-forwarded-for":
            return [[address], [f"{address}, {ELSE}"], [f"{ELSE}, {address}"],
                    [address, ELSE], [ELSE, address], [f"{bracketed}:4711"], [mapped]]
        case _:
            return [[address], [address, ELSE], [mapped]]


def listed_names(source):
    """The names in cloakroom's own list that tell an address, from its source text."""
    names = re.findall(r'^    \("([a-z0-9-]+)", Address\),', source, re.MULTILINE)
    if len(names) < 60:
        raise ValueError("the list of address headers is not where it is looked for")
    return names
