//! The bytes of a line in `smuggling.txt`, whose head explains its escapes.

/// Undoes the escapes: `\r`, `\n`, `\t`, `\\`, `\xNN`, and `\(9a)` for nine a.
pub(crate) fn unescape(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        bytes.extend(rest[..at].bytes());
        let escape = &rest[at + 1..];
        let (length, new) = match &escape[..1] {
            "r" => (1, vec![b'\r']),
            "n" => (1, vec![b'\n']),
            "t" => (1, vec![b'\t']),
            "\\" => (1, vec![b'\\']),
            "x" => (3, vec![u8::from_str_radix(&escape[1..3], 16).expect(text)]),
            "(" => {
                let end = escape[2..].find(')').expect(text) + 2;
                let count = escape[1..end - 1].parse().expect(text);
                (end + 1, vec![escape.as_bytes()[end - 1]; count])
            }
            _ => panic!("{text}"),
        };
        bytes.extend(new);
        rest = &escape[length..];
    }
    bytes.extend(rest.bytes());
    bytes
}
