//! Which bytes may stand where: in tokens, in targets, in any line at all.

/// Whether the byte is a `tchar` (RFC 9110 §5.6.2).
#[inline]
pub(super) fn is_token(byte: u8) -> bool {
    TOKEN[usize::from(byte)]
}

/// How many tokens bytes stand at the front.
#[inline]
pub(super) fn token_len(bytes: &[u8]) -> usize {
    bytes.iter().position(|b| !is_token(*b)).unwrap_or(bytes.len())
}

/// Where the first control byte stands that is no HTAB. No line of a message holds one before
/// its CRLF: what is left are HTAB, SP, visible ASCII and obs-text, which is what a field
/// value may hold (RFC 9110 §5.5; cookies do hold UTF-8).
#[inline]
pub(super) fn control_at(bytes: &[u8]) -> Option<usize> {
    let mut at = 0;
    loop {
        let rest = bytes.get(at..)?;
        let (blocks, tail) = rest.as_chunks::<8>();
        let in_block = blocks.iter().enumerate().find_map(|(index, block)| {
            let marks = control_marks(u64::from_le_bytes(*block));
            (marks != 0).then(|| index * 8 + (marks.trailing_zeros() / 8) as usize)
        });
        let ahead = match in_block {
            Some(ahead) => ahead,
            None => blocks.len() * 8 + tail.iter().position(u8::is_ascii_control)?,
        };
        if rest.get(ahead) != Some(&b'\t') {
            return Some(at + ahead);
        }
        at += ahead + 1;
    }
}

/// Eight bytes at once: the high bit of the first control byte is set, and no bit below it.
/// What stands above may be wrong, since a borrow runs upwards.
#[inline]
fn control_marks(block: u64) -> u64 {
    const ONES: u64 = u64::MAX / 255;
    let delete = block ^ (ONES * 0x7f);
    let below_space = block.wrapping_sub(ONES * 0x20) & !block;
    let is_delete = delete.wrapping_sub(ONES) & !delete;
    (below_space | is_delete) & (ONES * 0x80)
}

/// Whether all bytes may stand in a request target: visible ASCII without `#`. Browsers
/// send some that RFC 3986 wants encoded (`|`, `{`, `\`); none of them ends a target. A
/// fragment never belongs on the wire, and readers differ in whether they drop it.
#[inline]
pub(super) fn is_target(bytes: &[u8]) -> bool {
    bytes.iter().fold(true, |good, b| good & (*b > b' ') & (*b < 0x7f) & (*b != b'#'))
}

/// The bytes without white space (SP and HTAB, nothing else) at both ends.
#[inline]
pub(super) fn trim(mut bytes: &[u8]) -> &[u8] {
    while let [b' ' | b'\t', rest @ ..] = bytes {
        bytes = rest;
    }
    while let [rest @ .., b' ' | b'\t'] = bytes {
        bytes = rest;
    }
    bytes
}

static TOKEN: [bool; 256] = {
    let mut table = [false; 256];
    let mut byte = 0u8;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric()
            || matches!(byte, b'!' | b'#'..=b'\'' | b'*' | b'+' | b'-' | b'.' | b'^'..=b'`' | b'|' | b'~');
        byte += 1;
    }
    table
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn seventy_seven_bytes_make_tokens() {
        assert_eq!((0..=255).filter(|b| is_token(*b)).count(), 10 + 52 + 15);
        for delimiter in b"\"(),/:;<=>?@[\\]{} \t\r\n\0\x7f\x80\xff" {
            assert!(!is_token(*delimiter), "{delimiter:#x}");
        }
        assert_eq!(token_len(b"Host: x"), 4);
        assert_eq!(token_len(b""), 0);
    }

    #[test]
    fn the_first_control_byte_is_found_wherever_it_stands() {
        let controls: Vec<u8> = (0..=31).filter(|b| *b != 9).chain([127]).collect();
        for byte in 0..=255 {
            for at in 0..20 {
                let mut bytes = *b"\tobs \x80\xff~ text\x20\x21\x9f\xa0 end.";
                bytes[at] = byte;
                // A second one behind it must not be taken for the first.
                *bytes.last_mut().unwrap() = b'\r';
                let expected = if controls.contains(&byte) { at } else { bytes.len() - 1 };
                assert_eq!(control_at(&bytes), Some(expected), "{byte:#x} at {at}");
            }
        }
        assert_eq!(control_at(b"\t\t\t\t\t\t\t\t\t\t\t"), None);
        assert_eq!(control_at(b""), None);
    }

    #[test]
    fn a_target_is_visible_ascii_without_a_fragment() {
        let refused = (0..=255).filter(|b| !is_target(&[*b])).count();
        assert_eq!(refused, 33 + 1 + 129);
        assert!(!is_target(b"/a#b") && !is_target(b"/a b") && is_target(b"/{a}|\\\"?b=[1]"));
    }

    #[test]
    fn only_space_and_tab_are_trimmed() {
        assert_eq!(trim(b" \t a\tb \t"), b"a\tb");
        assert_eq!(trim(b"\x0ba\x0c\xa0"), b"\x0ba\x0c\xa0");
        assert_eq!(trim(b" \t"), b"");
    }
}
