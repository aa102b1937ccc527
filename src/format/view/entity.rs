//! Which character does `&…` stand for? Numbers, and the names that matter to what is looked
//! for.
//!
//! Names: of the WHATWG table (HTML, §13.5) those of ASCII signs, of all that is folded, and of
//! the letters of Latin-1, which stand in words of context. A few are known without `;`, as
//! there. All others stay text.

use super::hex;
use super::step::Step;

/// Reads `text`, which begins with `&`. At the `last` of a text nothing is waited for.
pub(super) fn entity(text: &[u8], last: bool) -> Step {
    match text.get(1) {
        Some(b'#') => number(text, last),
        Some(_) => name(text, last),
        None => Step::cut(last, b'&'),
    }
}

/// `&#64;` and `&#x40;`, with or without `;`.
fn number(text: &[u8], last: bool) -> Step {
    let (radix, begin) = match text.get(2) {
        Some(b'x' | b'X') => (16, 3),
        Some(_) => (10, 2),
        None => return Step::cut(last, b'&'),
    };
    let mut value = 0u32;
    let mut at = begin;
    loop {
        match text.get(at).map(|&byte| (byte, digit(byte, radix))) {
            Some((_, Some(digit))) => value = value.saturating_mul(radix).saturating_add(digit),
            Some((b';', None)) if at > begin => return Step::Char(meant(value), at + 1),
            Some(_) if at > begin => return Step::Char(meant(value), at),
            None if last && at > begin => return Step::Char(meant(value), at),
            Some(_) => return Step::Byte(b'&', 1),
            None => return Step::cut(last, b'&'),
        }
        at += 1;
    }
}

fn digit(byte: u8, radix: u32) -> Option<u32> {
    hex::digit(byte).map(u32::from).filter(|&digit| digit < radix)
}

/// As browsers read numbers (HTML, §13.2.5.80): no character is U+FFFD, and the dashes of
/// windows-1252, which old editors wrote by its numbers, are dashes.
fn meant(value: u32) -> char {
    match value {
        0 => char::REPLACEMENT_CHARACTER,
        0x96 => '\u{2013}',
        0x97 => '\u{2014}',
        _ => char::from_u32(value).unwrap_or(char::REPLACEMENT_CHARACTER),
    }
}

/// `&commat;`; of names without `;` the longest.
fn name(text: &[u8], last: bool) -> Step {
    let text = text.get(1..).unwrap_or_default();
    let mut found = Step::Byte(b'&', 1);
    let mut longest = 0;
    for &(name, character, ending) in beginning_with(text.first().copied()) {
        let length = name.len();
        let common = name.bytes().zip(text).take_while(|&(a, &b)| a == b).count();
        match text.get(common) {
            None if !last => return Step::Cut,
            _ if common < length => {}
            Some(b';') => return Step::Char(character, length + 2),
            _ if ending == BARE && length > longest => {
                found = Step::Char(character, length + 1);
                longest = length;
            }
            _ => {}
        }
    }
    found
}

/// The names that begin with this letter.
fn beginning_with(letter: Option<u8>) -> &'static [Row] {
    let range = letter.and_then(|letter| BY_LETTER.get(usize::from(letter)));
    range.and_then(|&(from, to)| NAMES.get(from..to)).unwrap_or_default()
}

/// For each byte where in [`NAMES`] those that begin with it stand.
static BY_LETTER: [(usize, usize); 256] = {
    let mut ranges = [(0, 0); 256];
    let mut row = NAMES.len();
    while row > 0 {
        row -= 1;
        let letter = NAMES[row].0.as_bytes()[0] as usize;
        let (_, to) = ranges[letter];
        ranges[letter] = (row, if to == 0 { row + 1 } else { to });
    }
    ranges
};

/// A name without `;`, what it stands for, and whether it needs the `;`.
type Row = (&'static str, char, bool);

const FULL: bool = false;
const BARE: bool = true;

/// In the order of their bytes.
#[rustfmt::skip]
static NAMES: &[Row] = &[
    ("AElig", 'Æ', BARE), ("AMP", '&', BARE), ("Aacute", 'Á', BARE), ("Acirc", 'Â', BARE),
    ("Agrave", 'À', BARE), ("ApplyFunction", '\u{2061}', FULL), ("Aring", 'Å', BARE),
    ("Atilde", 'Ã', BARE), ("Auml", 'Ä', BARE), ("Ccedil", 'Ç', BARE),
    ("DiacriticalGrave", '`', FULL), ("ETH", 'Ð', BARE), ("Eacute", 'É', BARE),
    ("Ecirc", 'Ê', BARE), ("Egrave", 'È', BARE), ("Euml", 'Ë', BARE), ("GT", '>', BARE),
    ("Hat", '^', FULL), ("Iacute", 'Í', BARE), ("Icirc", 'Î', BARE), ("Igrave", 'Ì', BARE),
    ("InvisibleComma", '\u{2063}', FULL), ("InvisibleTimes", '\u{2062}', FULL),
    ("Iuml", 'Ï', BARE), ("LT", '<', BARE), ("MediumSpace", '\u{205f}', FULL),
    ("NegativeMediumSpace", '\u{200b}', FULL), ("NegativeThickSpace", '\u{200b}', FULL),
    ("NegativeThinSpace", '\u{200b}', FULL), ("NegativeVeryThinSpace", '\u{200b}', FULL),
    ("NewLine", '\n', FULL), ("NoBreak", '\u{2060}', FULL), ("NonBreakingSpace", '\u{a0}', FULL),
    ("Ntilde", 'Ñ', BARE), ("Oacute", 'Ó', BARE), ("Ocirc", 'Ô', BARE), ("Ograve", 'Ò', BARE),
    ("Oslash", 'Ø', BARE), ("Otilde", 'Õ', BARE), ("Ouml", 'Ö', BARE), ("QUOT", '"', BARE),
    ("THORN", 'Þ', BARE), ("Tab", '\t', FULL), ("ThinSpace", '\u{2009}', FULL),
    ("Uacute", 'Ú', BARE), ("Ucirc", 'Û', BARE), ("Ugrave", 'Ù', BARE), ("UnderBar", '_', FULL),
    ("Uuml", 'Ü', BARE), ("VerticalLine", '|', FULL), ("VeryThinSpace", '\u{200a}', FULL),
    ("Yacute", 'Ý', BARE), ("ZeroWidthSpace", '\u{200b}', FULL), ("aacute", 'á', BARE),
    ("acirc", 'â', BARE), ("aelig", 'æ', BARE), ("af", '\u{2061}', FULL), ("agrave", 'à', BARE),
    ("amp", '&', BARE), ("angst", 'Å', FULL), ("apos", '\'', FULL), ("aring", 'å', BARE),
    ("ast", '*', FULL), ("atilde", 'ã', BARE), ("auml", 'ä', BARE), ("bsol", '\\', FULL),
    ("ccedil", 'ç', BARE), ("colon", ':', FULL), ("comma", ',', FULL), ("commat", '@', FULL),
    ("dash", '\u{2010}', FULL), ("dollar", '$', FULL), ("eacute", 'é', BARE), ("ecirc", 'ê', BARE),
    ("egrave", 'è', BARE), ("emsp", '\u{2003}', FULL), ("emsp13", '\u{2004}', FULL),
    ("emsp14", '\u{2005}', FULL), ("ensp", '\u{2002}', FULL), ("equals", '=', FULL),
    ("eth", 'ð', BARE), ("euml", 'ë', BARE), ("excl", '!', FULL), ("frasl", '\u{2044}', FULL),
    ("grave", '`', FULL), ("gt", '>', BARE), ("hairsp", '\u{200a}', FULL),
    ("horbar", '\u{2015}', FULL), ("hyphen", '\u{2010}', FULL), ("iacute", 'í', BARE),
    ("ic", '\u{2063}', FULL), ("icirc", 'î', BARE), ("igrave", 'ì', BARE),
    ("it", '\u{2062}', FULL), ("iuml", 'ï', BARE), ("lbrace", '{', FULL), ("lbrack", '[', FULL),
    ("lcub", '{', FULL), ("lowbar", '_', FULL), ("lpar", '(', FULL), ("lrm", '\u{200e}', FULL),
    ("lsqb", '[', FULL), ("lt", '<', BARE), ("mdash", '\u{2014}', FULL), ("midast", '*', FULL),
    ("minus", '\u{2212}', FULL), ("nbsp", '\u{a0}', BARE), ("ndash", '\u{2013}', FULL),
    ("ntilde", 'ñ', BARE), ("num", '#', FULL), ("numsp", '\u{2007}', FULL), ("oacute", 'ó', BARE),
    ("ocirc", 'ô', BARE), ("ograve", 'ò', BARE), ("oslash", 'ø', BARE), ("otilde", 'õ', BARE),
    ("ouml", 'ö', BARE), ("percnt", '%', FULL), ("period", '.', FULL), ("plus", '+', FULL),
    ("puncsp", '\u{2008}', FULL), ("quest", '?', FULL), ("quot", '"', BARE),
    ("ratio", '\u{2236}', FULL), ("rbrace", '}', FULL), ("rbrack", ']', FULL), ("rcub", '}', FULL),
    ("rlm", '\u{200f}', FULL), ("rpar", ')', FULL), ("rsqb", ']', FULL), ("semi", ';', FULL),
    ("shy", '\u{ad}', BARE), ("sol", '/', FULL), ("sup1", '\u{b9}', BARE),
    ("sup2", '\u{b2}', BARE), ("sup3", '\u{b3}', BARE), ("szlig", 'ß', BARE),
    ("thinsp", '\u{2009}', FULL), ("thorn", 'þ', BARE), ("uacute", 'ú', BARE),
    ("ucirc", 'û', BARE), ("ugrave", 'ù', BARE), ("uuml", 'ü', BARE), ("verbar", '|', FULL),
    ("vert", '|', FULL), ("yacute", 'ý', BARE), ("yuml", 'ÿ', BARE), ("zwj", '\u{200d}', FULL),
    ("zwnj", '\u{200c}', FULL),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_in_order_and_none_is_two_things() {
        assert!(NAMES.windows(2).all(|rows| rows[0].0.as_bytes() < rows[1].0.as_bytes()));
    }

    #[test]
    fn numbers_are_read_with_and_without_an_end() {
        check("&#64;x", "@", ";");
        check("&#64x", "@", "4");
        check("&#x40;", "@", ";");
        check("&#X4a;", "J", ";");
        check("&#x40g", "@", "0");
        check("&#0000064;", "@", ";");
        check("&#8211;&", "–", ";");
        check("&#150;", "–", ";");
        check("&#0;", "\u{fffd}", ";");
        check("&#xd800;", "\u{fffd}", ";");
        check("&#99999999999999999999;", "\u{fffd}", ";");
    }

    #[test]
    fn names_are_read_as_browsers_read_them() {
        check("&commat;", "@", ";");
        check("&amp;amp;", "&", ";");
        check("&ampx", "&", "p");
        check("&nbsp&", "\u{a0}", "p");
        check("&lt=", "<", "t");
        check("&eacute;", "é", ";");
        check("&Eacutes", "É", "e");
        check("&NegativeVeryThinSpace;", "\u{200b}", ";");
    }

    #[test]
    fn what_is_no_entity_is_text() {
        for text in
            ["&;", "& ", "&#;", "&#x;", "&#xg;", "&#a;", "&commat ", "&commat&", "&nope;", "&&"]
        {
            check(text, "&", "&");
        }
    }

    #[test]
    fn the_end_of_the_text_ends_a_number_and_a_bare_name() {
        for (text, expected) in [("&#64", '@'), ("&#x40", '@'), ("&amp", '&'), ("&shy", '\u{ad}')] {
            assert_eq!(entity(text.as_bytes(), true), Step::Char(expected, text.len()), "{text}");
        }
        for text in ["&", "&#", "&#x", "&comma", "&commat"] {
            assert_eq!(entity(text.as_bytes(), true), Step::Byte(b'&', 1), "{text}");
        }
    }

    /// `text` begins with what is read as `expected` and ends with the byte `end`; until what
    /// decides it is there, nothing is decided.
    #[track_caller]
    fn check(text: &str, expected: &str, end: &str) {
        let read = entity(text.as_bytes(), false);
        let length = match read {
            Step::Byte(byte, length) => {
                assert_eq!(expected.as_bytes(), [byte]);
                length
            }
            Step::Char(character, length) => {
                assert_eq!(expected, character.to_string());
                length
            }
            other => panic!("{other:?}"),
        };
        assert!(text[..length].ends_with(end), "{length}");
        for cut in 1..text.len() {
            let early = entity(&text.as_bytes()[..cut], false);
            assert!(early == Step::Cut || early == read, "cut at {cut}: {early:?}");
        }
    }
}
