//! Is this a tag? From `<` to the byte behind its name, which is when it is known what it is.
//!
//! A tag is `<` or `</`, a letter, letters, digits and `-`, then a blank, `/` or `>`. All else is
//! text: `<ann@example.org>`, `a < b`, `<3`.

use super::step::{Markup, Step};

/// Reads `text`, which begins with `<`. At the `last` of a text nothing is waited for.
pub(super) fn tag(text: &[u8], last: bool) -> Step {
    let name = match text.get(1) {
        Some(b'!') => return declaration(text, last),
        Some(b'/') => 2,
        Some(_) => 1,
        None => return Step::cut(last, b'<'),
    };
    let mut at = name;
    loop {
        let Some(&byte) = text.get(at) else { return Step::cut(last, b'<') };
        let first = at == name;
        at += 1;
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' => {}
            b'0'..=b'9' | b'-' if !first => {}
            b'/' | b'>' if !first => break,
            _ if is_blank(byte) && !first => break,
            _ => return Step::Byte(b'<', 1),
        }
    }
    let inline = text.get(name..at - 1).is_some_and(is_inline);
    let open = text.get(at - 1) != Some(&b'>');
    Step::Markup(Markup::Tag { inline, open }, at)
}

/// Reads `text`, which begins with `]`, inside of a CDATA section.
pub(super) fn section_end(text: &[u8], last: bool) -> Step {
    match literally(text, b"]]>") {
        Some(true) => Step::Markup(Markup::SectionEnd, 3),
        Some(false) => Step::Byte(b']', 1),
        None => Step::cut(last, b']'),
    }
}

/// What separates the name of a tag and its attributes (HTML, §13.1.2.3).
pub(super) fn is_blank(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | b'\x0c')
}

/// Reads `text`, which begins with `<!`.
fn declaration(text: &[u8], last: bool) -> Step {
    let known = [(&b"<!--"[..], Markup::Comment), (b"<![CDATA[", Markup::SectionBegin)];
    for (start, markup) in known {
        match literally(text, start) {
            Some(true) => return Step::Markup(markup, start.len()),
            Some(false) => {}
            None => return Step::cut(last, b'<'),
        }
    }
    Step::Byte(b'<', 1)
}

/// Whether `text` begins with `start`; `None` where it is too short to say.
fn literally(text: &[u8], start: &[u8]) -> Option<bool> {
    match text.get(..start.len()) {
        Some(begin) => Some(begin == start),
        None => (!start.starts_with(text)).then_some(false),
    }
}

/// Whether a tag of this name stands within a line.
fn is_inline(name: &[u8]) -> bool {
    INLINE.iter().any(|inline| inline.as_bytes().eq_ignore_ascii_case(name))
}

/// Phrasing content that draws no box (HTML, §4.5 and §4.7), and what HTML once had of that kind
/// (§16.2).
const INLINE: &[&str] = &[
    "a", "abbr", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font", "i",
    "ins", "kbd", "label", "mark", "nobr", "q", "rp", "rt", "ruby", "s", "samp", "small", "span",
    "strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_and_what_follows_it_make_a_tag() {
        check("<b>", inline(false), 3);
        check("</STRONG>x", inline(false), 9);
        check("<wbr/>", inline(true), 5);
        check("<a href=x>", inline(true), 3);
        check("<span\nclass", inline(true), 6);
        check("<br>", block(false), 4);
        check("<h1 id>", block(true), 4);
        check("</chat-widget>", block(false), 14);
        check("<bb>", block(false), 4);
    }

    #[test]
    fn comments_and_sections_begin() {
        check("<!--x", Step::Markup(Markup::Comment, 4), 4);
        check("<![CDATA[x", Step::Markup(Markup::SectionBegin, 9), 9);
    }

    #[test]
    fn the_rest_is_text() {
        for text in [
            "<ann@example.org>",
            "< b",
            "<3",
            "<>",
            "</>",
            "<//",
            "</ b",
            "<-b>",
            "<!doctype",
            "<!-x",
            "<?xml",
            "<b.c>",
            "<o:p>",
            "<<b>",
            "<![cdata[",
        ] {
            check(text, Step::Byte(b'<', 1), 1);
        }
        for text in ["<", "</", "<b", "</b", "<!", "<!-", "<![CDATA"] {
            assert_eq!(tag(text.as_bytes(), true), Step::Byte(b'<', 1), "{text}");
        }
    }

    #[test]
    fn a_section_ends() {
        let end = Step::Markup(Markup::SectionEnd, 3);
        let text = Step::Byte(b']', 1);
        for (bytes, last, expected) in [
            ("]]>x", false, end),
            ("]]", false, Step::Cut),
            ("]", false, Step::Cut),
            ("]]", true, text),
            ("]]]>", false, text),
            ("]x", false, text),
        ] {
            assert_eq!(section_end(bytes.as_bytes(), last), expected, "{bytes}");
        }
    }

    fn inline(open: bool) -> Step {
        Step::Markup(Markup::Tag { inline: true, open }, 0)
    }

    fn block(open: bool) -> Step {
        Step::Markup(Markup::Tag { inline: false, open }, 0)
    }

    /// Until what decides is there, nothing is decided.
    #[track_caller]
    fn check(text: &str, expected: Step, length: usize) {
        let expected = match expected {
            Step::Markup(markup, _) => Step::Markup(markup, length),
            other => other,
        };
        assert_eq!(tag(text.as_bytes(), false), expected, "{text}");
        for cut in 1..text.len() {
            let early = tag(&text.as_bytes()[..cut], false);
            assert!(early == Step::Cut || early == expected, "cut at {cut}: {early:?}");
        }
    }
}
