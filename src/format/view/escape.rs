//! How is a text written in this spelling? What replaces a find has to fit where it stood.

use crate::format::Spelling;

/// Appends `text` (UTF-8) as this spelling has to write it.
///
/// It reads as the same text again, and ends nothing around it. Between the quotes of a header
/// parameter a backslash stays one, as browsers write it.
pub fn escape(spelling: Spelling, text: &[u8], out: &mut Vec<u8>) {
    let write: fn(u8, &mut Vec<u8>) = match spelling {
        Spelling::Plain => return out.extend_from_slice(text),
        Spelling::JsonString => json,
        Spelling::Percent | Spelling::Form => percent,
        Spelling::Quoted => quoted,
        Spelling::Markup => markup,
    };
    for &byte in text {
        write(byte, out);
    }
}

/// RFC 8259 §7.
fn json(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'"' => out.extend(br#"\""#),
        b'\\' => out.extend(br"\\"),
        8 => out.extend(br"\b"),
        12 => out.extend(br"\f"),
        b'\n' => out.extend(br"\n"),
        b'\r' => out.extend(br"\r"),
        b'\t' => out.extend(br"\t"),
        ..0x20 => {
            out.extend(br"\u00");
            hex(byte, out);
        }
        _ => out.push(byte),
    }
}

/// All but what is unreserved (RFC 3986 §2.3).
fn percent(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => out.push(byte),
        _ => {
            out.push(b'%');
            hex(byte, out);
        }
    }
}

/// As browsers do (HTML, §4.10.22.7).
fn quoted(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'"' | b'\r' | b'\n' => percent(byte, out),
        _ => out.push(byte),
    }
}

fn markup(byte: u8, out: &mut Vec<u8>) {
    match byte {
        b'&' => out.extend(b"&amp;"),
        b'<' => out.extend(b"&lt;"),
        b'>' => out.extend(b"&gt;"),
        b'"' => out.extend(b"&quot;"),
        b'\'' => out.extend(b"&#39;"),
        _ => out.push(byte),
    }
}

fn hex(byte: u8, out: &mut Vec<u8>) {
    let digits = [byte >> 4, byte & 15].map(|digit| match digit {
        ..10 => b'0' + digit,
        _ => b'A' + digit - 10,
    });
    out.extend(digits);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_label_is_written_as_its_surroundings_need_it() {
        check(Spelling::Plain, "[email:9f86]", "[email:9f86]");
        check(Spelling::JsonString, "[email:9f86]", "[email:9f86]");
        check(Spelling::Quoted, "[email:9f86]", "[email:9f86]");
        check(Spelling::Markup, "[email:9f86]", "[email:9f86]");
        check(Spelling::Percent, "[email:9f86]", "%5Bemail%3A9f86%5D");
        check(Spelling::Form, "[email:9f86]", "%5Bemail%3A9f86%5D");
        check(Spelling::Form, "j***@example.org", "j%2A%2A%2A%40example.org");
    }

    #[test]
    fn what_would_end_the_text_is_escaped() {
        check(Spelling::Plain, "a\"\\\n<&", "a\"\\\n<&");
        check(
            Spelling::JsonString,
            "\"\\/\u{8}\u{c}\n\r\t\u{1}\u{1f}\u{7f}ü",
            "\\\"\\\\/\\b\\f\\n\\r\\t\\u0001\\u001F\u{7f}ü",
        );
        check(Spelling::Percent, "a b+c~%ü", "a%20b%2Bc~%25%C3%BC");
        check(Spelling::Quoted, "\"\r\nC:\\é", "%22%0D%0AC:\\é");
        check(Spelling::Markup, "<a href=\"x\">&'", "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    }

    #[track_caller]
    fn check(spelling: Spelling, text: &str, expected: &str) {
        let mut out = b"before".to_vec();
        escape(spelling, text.as_bytes(), &mut out);
        assert_eq!(String::from_utf8(out).unwrap(), format!("before{expected}"));
    }
}
