//! As what is a character of another script read? Digits, blanks, dashes, dots and signs that
//! look alike become their ASCII counterpart; what cannot be seen becomes nothing.
//!
//! Letters stay what they are, full-width ones aside.

use std::ops::Range;

/// What a character that does not stay is read as.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Folded {
    /// Nothing: it takes no room.
    Nothing,
    /// This ASCII character.
    As(u8),
}

/// What the character of this code point is read as; `None`: as itself.
pub(super) fn fold(code: u32) -> Option<Folded> {
    if EMOJI.contains(&code) {
        return None;
    }
    let row = TABLE.get(TABLE.partition_point(|row| row.last < code))?;
    if code < row.first {
        return None;
    }
    let steps = u8::try_from(code - row.first).unwrap_or(0);
    Some(match row.to {
        To::Nothing => Folded::Nothing,
        To::All(byte) => Folded::As(byte),
        To::From(byte) => Folded::As(byte.saturating_add(steps)),
    })
}

/// A short cut: between mathematical and computing digits nothing is folded.
const EMOJI: Range<u32> = 0x1_f000..0x1_fb00;

/// Whether some character that is folded begins with this byte in UTF-8.
#[inline]
pub(super) const fn begins(lead: u8) -> bool {
    lead >= 0xc0 && SECONDS[(lead & 0x3f) as usize] != 0
}

/// Whether some character that is folded begins with these two bytes in UTF-8.
#[inline]
pub(super) const fn goes_on(lead: u8, second: u8) -> bool {
    lead >= 0xc0
        && second & 0xc0 == 0x80
        && SECONDS[(lead & 0x3f) as usize] >> (second & 0x3f) & 1 == 1
}

/// Characters in a row that are folded alike.
struct Row {
    first: u32,
    last: u32,
    to: To,
}

#[derive(Clone, Copy)]
enum To {
    Nothing,
    /// All of them are read as this one.
    All(u8),
    /// The first is read as this one, the second as the one after it, and so on.
    From(u8),
}

/// In the order of the code points.
///
/// Digits: General_Category Nd of the Unicode Character Database 17.0 (DerivedNumericType.txt,
/// type Decimal), and super- and subscript ones (type Digit). Circled digits are list marks and
/// stay. Full stops beside `.`: those that UTS #46 §2.3 takes for dots of a host name. Soft
/// ones: Default_Ignorable_Code_Point of DerivedCoreProperties.txt, as far as it occurs in text
/// without a rare script.
#[rustfmt::skip]
static TABLE: &[Row] = &[
    one(0x00a0, b' '),
    nothing(0x00ad, 0x00ad), // soft hyphen
    from(0x00b2, 0x00b3, b'2'), // superscript two and three
    one(0x00b9, b'1'), // superscript one
    nothing(0x034f, 0x034f), // combining grapheme joiner
    nothing(0x061c, 0x061c), // Arabic letter mark
    digits(0x0660), // Arabic-Indic
    digits(0x06f0), // Extended Arabic-Indic
    digits(0x07c0), // Nko
    digits(0x0966), // Devanagari
    digits(0x09e6), // Bengali
    digits(0x0a66), // Gurmukhi
    digits(0x0ae6), // Gujarati
    digits(0x0b66), // Oriya
    digits(0x0be6), // Tamil
    digits(0x0c66), // Telugu
    digits(0x0ce6), // Kannada
    digits(0x0d66), // Malayalam
    digits(0x0de6), // Sinhala Lith
    digits(0x0e50), // Thai
    digits(0x0ed0), // Lao
    digits(0x0f20), // Tibetan
    digits(0x1040), // Myanmar
    digits(0x1090), // Myanmar Shan
    one(0x1680, b' '), // Ogham
    digits(0x17e0), // Khmer
    nothing(0x180e, 0x180e), // Mongolian vowel separator
    digits(0x1810), // Mongolian
    digits(0x1946), // Limbu
    digits(0x19d0), // New Tai Lue
    digits(0x1a80), // Tai Tham Hora
    digits(0x1a90), // Tai Tham Tham
    digits(0x1b50), // Balinese
    digits(0x1bb0), // Sundanese
    digits(0x1c40), // Lepcha
    digits(0x1c50), // Ol Chiki
    all(0x2000, 0x200a, b' '), // en quad to hair space
    nothing(0x200b, 0x200f), // zero-width space, joiners, direction marks
    all(0x2010, 0x2015, b'-'), // hyphen to horizontal bar
    nothing(0x202a, 0x202e), // direction embeddings
    one(0x202f, b' '), // narrow no-break
    one(0x2044, b'/'), // fraction slash
    one(0x205f, b' '), // medium mathematical
    nothing(0x2060, 0x2064), // word joiner to invisible plus
    nothing(0x2066, 0x2069), // direction isolates
    one(0x2070, b'0'), // superscript
    from(0x2074, 0x2079, b'4'), // superscript
    from(0x2080, 0x2089, b'0'), // subscript
    one(0x2212, b'-'), // minus
    one(0x2215, b'/'), // division slash
    one(0x2236, b':'), // ratio
    one(0x3000, b' '), // ideographic
    one(0x3002, b'.'), // ideographic full stop
    digits(0xa620), // Vai
    one(0xa789, b':'), // modifier letter colon
    digits(0xa8d0), // Saurashtra
    digits(0xa900), // Kayah Li
    digits(0xa9d0), // Javanese
    digits(0xa9f0), // Myanmar Tai Laing
    digits(0xaa50), // Cham
    digits(0xabf0), // Meetei Mayek
    nothing(0xfe00, 0xfe0f), // variation selectors
    one(0xfe55, b':'), // small colon
    one(0xfe58, b'-'), // small em dash
    one(0xfe63, b'-'), // small hyphen-minus
    one(0xfe6b, b'@'), // small commercial at
    nothing(0xfeff, 0xfeff), // zero-width no-break space, byte order mark
    from(0xff01, 0xff5e, b'!'), // full-width forms
    one(0xff61, b'.'), // half-width ideographic full stop
    digits(0x104a0), // Osmanya
    digits(0x10d30), // Hanifi Rohingya
    digits(0x10d40), // Garay
    digits(0x11066), // Brahmi
    digits(0x110f0), // Sora Sompeng
    digits(0x11136), // Chakma
    digits(0x111d0), // Sharada
    digits(0x112f0), // Khudawadi
    digits(0x11450), // Newa
    digits(0x114d0), // Tirhuta
    digits(0x11650), // Modi
    digits(0x116c0), // Takri
    digits(0x116d0), // Myanmar Pao Karen
    digits(0x116da), // Myanmar Eastern Pwo Karen
    digits(0x11730), // Ahom
    digits(0x118e0), // Warang Citi
    digits(0x11950), // Dives Akuru
    digits(0x11bf0), // Sunuwar
    digits(0x11c50), // Bhaiksuki
    digits(0x11d50), // Masaram Gondi
    digits(0x11da0), // Gunjala Gondi
    digits(0x11de0), // Tolong Siki
    digits(0x11f50), // Kawi
    digits(0x16130), // Gurung Khema
    digits(0x16a60), // Mro
    digits(0x16ac0), // Tangsa
    digits(0x16b50), // Pahawh Hmong
    digits(0x16d70), // Kirat Rai
    digits(0x1ccf0), // outlined, for legacy computing
    digits(0x1d7ce), // mathematical bold
    digits(0x1d7d8), // mathematical double-struck
    digits(0x1d7e2), // mathematical sans-serif
    digits(0x1d7ec), // mathematical sans-serif bold
    digits(0x1d7f6), // mathematical monospace
    digits(0x1e140), // Nyiakeng Puachue Hmong
    digits(0x1e2f0), // Wancho
    digits(0x1e4f0), // Nag Mundari
    digits(0x1e5f1), // Ol Onal
    digits(0x1e950), // Adlam
    digits(0x1fbf0), // segmented, for legacy computing
];

/// For each first byte of UTF-8, less 0xC0: which second bytes, less 0x80, begin a character
/// that is folded. Nearly all text that is not ASCII is told from what is folded by these two.
static SECONDS: [u64; 64] = {
    let mut seconds = [0; 64];
    let mut row = 0;
    while row < TABLE.len() {
        let mut code = TABLE[row].first;
        while code <= TABLE[row].last {
            let (lead, second) = match code {
                0..=0x7ff => (0xc0 | code >> 6, code),
                0x800..=0xffff => (0xe0 | code >> 12, code >> 6),
                _ => (0xf0 | code >> 18, code >> 12),
            };
            seconds[(lead & 0x3f) as usize] |= 1 << (second & 0x3f);
            code += 1;
        }
        row += 1;
    }
    seconds
};

const fn nothing(first: u32, last: u32) -> Row {
    Row { first, last, to: To::Nothing }
}

const fn one(code: u32, to: u8) -> Row {
    all(code, code, to)
}

const fn all(first: u32, last: u32, to: u8) -> Row {
    Row { first, last, to: To::All(to) }
}

const fn from(first: u32, last: u32, to: u8) -> Row {
    Row { first, last, to: To::From(to) }
}

/// The digits of a script, by its zero.
const fn digits(zero: u32) -> Row {
    from(zero, zero + 9, b'0')
}

#[cfg(test)]
mod tests {
    use super::*;
    use regex::Regex;

    #[test]
    fn the_table_is_in_order_and_names_no_ascii() {
        assert!(TABLE.iter().all(|row| 0x80 <= row.first && row.first <= row.last));
        assert!(TABLE.windows(2).all(|rows| rows[0].last < rows[1].first));
    }

    #[test]
    fn every_decimal_digit_is_folded_to_its_value() {
        let digit = Regex::new(r"^\p{Nd}$").unwrap();
        let mut met = 0;
        let mut value = 0;
        for character in
            ('\u{80}'..=char::MAX).filter(|c| digit.is_match(c.encode_utf8(&mut [0; 4])))
        {
            assert_eq!(fold(character.into()), Some(Folded::As(b'0' + value)), "{character:?}");
            value = (value + 1) % 10;
            met += 1;
        }
        // Unicode 16 has 750 beside the ASCII ones.
        assert!(met >= 750 && value == 0, "met {met}");
        check("\u{11de0}\u{11de9}", "09"); // Tolong Siki, new in Unicode 17
    }

    #[test]
    fn what_looks_alike_is_read_alike() {
        check("\u{a0}\u{2000}\u{200a}\u{202f}\u{205f}\u{1680}\u{3000}", "       ");
        check(
            "\u{2010}\u{2011}\u{2012}\u{2013}\u{2014}\u{2015}\u{2212}\u{fe58}\u{fe63}",
            "---------",
        );
        check("\u{3002}\u{ff0e}\u{ff61}", "...");
        check("\u{ff20}\u{fe6b}", "@@");
        check("\u{2044}\u{2215}\u{ff0f}", "///");
        check("\u{a789}\u{2236}\u{fe55}\u{ff1a}", "::::");
        check("\u{ff01}\u{ff21}\u{ff3a}\u{ff41}\u{ff5e}", "!AZa~");
        check("⁰¹²³⁴⁹₀₉", "01234909");
        check("𝟎𝟗𝟘𝟡𝟿", "09099");
    }

    #[test]
    fn what_cannot_be_seen_is_nothing() {
        check("\u{ad}\u{200b}\u{200c}\u{200d}\u{200e}\u{200f}\u{2060}\u{2064}\u{feff}", "");
        check("\u{34f}\u{61c}\u{202a}\u{202e}\u{2066}\u{2069}\u{180e}\u{fe00}\u{fe0f}", "");
    }

    #[test]
    fn the_rest_stays() {
        for stays in
            ["äöüß", "€", "①⑨", "𝐀𝐚", "日本語", "😀", "\u{2028}\u{2065}\u{2016}", "\u{ff5f}"]
        {
            check(stays, stays);
        }
    }

    /// A character that is folded is never passed over by its first bytes.
    #[test]
    fn the_first_two_bytes_tell() {
        for character in '\u{80}'..=char::MAX {
            let mut bytes = [0; 4];
            let bytes = character.encode_utf8(&mut bytes).as_bytes();
            if fold(character.into()).is_some() {
                assert!(begins(bytes[0]) && goes_on(bytes[0], bytes[1]), "{character:?}");
            }
        }
        assert!(!begins(b'a') && !begins(0x80) && !begins(0xc3) && !begins(0xe4));
        assert!(!goes_on(0xe3, 0x81) && !goes_on(0xe2, b'a') && !goes_on(0xe2, 0xe2));
    }

    #[track_caller]
    fn check(text: &str, expected: &str) {
        let mut folded = String::new();
        for character in text.chars() {
            match fold(character.into()) {
                None => folded.push(character),
                Some(Folded::As(byte)) => folded.push(byte.into()),
                Some(Folded::Nothing) => {}
            }
        }
        assert_eq!(folded, expected);
    }
}
