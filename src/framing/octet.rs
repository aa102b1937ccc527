//! Which bytes may stand where: tokens, field values, request targets, host names.

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

/// Whether all bytes may stand in a field value: HTAB, SP, visible ASCII and obs-text
/// (RFC 9110 §5.5). Cookies do hold UTF-8, so obs-text passes.
#[inline]
pub(super) fn is_value(bytes: &[u8]) -> bool {
    // Without an early way out the compiler compares sixteen bytes at a time.
    bytes.iter().fold(true, |good, b| good & ((*b >= b' ') | (*b == b'\t')) & (*b != 0x7f))
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
    let mut byte = 0_u8;
    while byte < 128 {
        table[byte as usize] = byte.is_ascii_alphanumeric()
            || matches!(
                byte,
                b'!' | b'#'
                    | b'$'
                    | b'%'
                    | b'&'
                    | b'\''
                    | b'*'
                    | b'+'
                    | b'-'
                    | b'.'
                    | b'^'
                    | b'_'
                    | b'`'
                    | b'|'
                    | b'~'
            );
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
    fn a_value_holds_no_control_byte_but_the_tab() {
        let refused: Vec<u8> = (0..=255).filter(|b| !is_value(&[*b])).collect();
        let controls: Vec<u8> = (0..=31).filter(|b| *b != 9).chain([127]).collect();
        assert_eq!(refused, controls);
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
