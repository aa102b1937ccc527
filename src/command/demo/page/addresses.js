// Addresses, in whatever spelling.

/** The bytes of an address, 4 or 16, or null. IPv4 inside `::ffff:0:0/96` is IPv4. */
function parse(text) {
  return parseV4(text) ?? parseV6(text);
}

function parseV4(text) {
  const parts = text.split(".");
  const good = parts.length === 4 && parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256);
  return good ? parts.map(Number) : null;
}

function parseV6(text) {
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const sides = halves.map((half, index) => (half === "" ? [] : groups(half, index === halves.length - 1)));
  if (sides.includes(null)) return null;
  const [left, right = []] = sides;
  const missing = 16 - left.length - right.length;
  if (halves.length === 2 ? missing < 2 : missing !== 0) return null;
  const bytes = [...left, ...Array(missing).fill(0), ...right];
  const mapped = bytes.slice(0, 10).every((byte) => byte === 0) && bytes[10] === 255 && bytes[11] === 255;
  return mapped ? bytes.slice(12) : bytes;
}

/** The bytes of `a:b:c`, whose last group may be a dotted quad. */
function groups(text, mayEndDotted) {
  const bytes = [];
  const parts = text.split(":");
  for (const [index, part] of parts.entries()) {
    const quad = mayEndDotted && index === parts.length - 1 ? parseV4(part) : null;
    if (quad) bytes.push(...quad);
    else if (/^[0-9a-f]{1,4}$/i.test(part)) bytes.push(parseInt(part, 16) >> 8, parseInt(part, 16) & 255);
    else return null;
  }
  return bytes;
}

const same = (a, b) => a !== null && a.length === b.length && a.every((byte, index) => byte === b[index]);

/** Where `address` stands in `text`, in any textual form: [start, end] pairs, in order. */
function occurrences(text, address) {
  const found = [];
  const look = (pattern, means) => {
    for (const match of text.matchAll(pattern)) {
      const [start, end] = [match.index, match.index + match[0].length];
      if (means(match[0])) found.push([start, end]);
    }
  };
  const plain = (spelling) => spelling.replace(/%3a/gi, ":").replace(/%2e/gi, ".");
  look(/(?:%3a|%2e|[0-9a-f:.])+/gi, (spelling) => {
    // A neighbour's colon or full stop may have been taken along: `ip:…`, `….`
    const whole = plain(spelling);
    const tries = [whole, whole.replace(/^:/, ""), whole.replace(/[:.]$/, ""), whole.replace(/^:|[:.]$/g, "")];
    return tries.some((text) => same(parse(text), address));
  });
  look(/(?<!\d)\d{1,3}(?:(?:\.|%2e)\d{1,3}){3}(?!\d)/gi, (spelling) => same(parseV4(plain(spelling)), address));
  const hex = address.map((byte) => byte.toString(16).padStart(2, "0")).join("");
  look(/[0-9a-f]{8,}/gi, (spelling) => spelling.toLowerCase() === hex);
  if (address.length === 4) {
    look(/\d{8,}/g, (spelling) => spelling === String(parseInt(hex, 16)));
  }
  return disjoint(found);
}

/** Where any of some words stands in a text. */
function literals(text, words) {
  const found = [];
  for (const word of words) {
    for (let at = text.indexOf(word); at >= 0; at = text.indexOf(word, at + word.length)) {
      found.push([at, at + word.length]);
    }
  }
  return disjoint(found);
}

function disjoint(ranges) {
  const kept = [];
  for (const [start, end] of ranges.sort((a, b) => a[0] - b[0] || b[1] - a[1])) {
    if (kept.length === 0 || start >= kept.at(-1)[1]) kept.push([start, end]);
  }
  return kept;
}

