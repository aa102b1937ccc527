//! Data in Base64 within a text (`data:image/png;base64,…`), in which nothing is looked for.

use memchr::memmem::Finder;
use std::sync::OnceLock;

/// The longest head of a `data:` link up to its comma: its media type has at most two names of
/// 127 characters (RFC 6838 section 4.2), in practice much less.
pub(super) const DATA_HEAD: usize = 96;

/// What a `data:` link in Base64 has before its data.
pub(super) const DATA_MARK: &[u8] = b";base64,";

/// What looks for the mark, made once.
pub(super) fn data_mark() -> &'static Finder<'static> {
    static MARK: OnceLock<Finder<'static>> = OnceLock::new();
    MARK.get_or_init(|| Finder::new(DATA_MARK))
}

/// Whether the text ends in the head of a `data:` link in Base64: what follows is no text.
pub(super) fn is_data_head(text: &[u8]) -> bool {
    let head = text.get(text.len().saturating_sub(DATA_HEAD)..).unwrap_or_default();
    let Some(start) = memchr::memmem::rfind(head, b"data:") else { return false };
    let kind = head.get(start + 5..head.len() - DATA_MARK.len()).unwrap_or_default();
    kind.contains(&b'/') && kind.iter().all(|b| b.is_ascii_alphanumeric() || b"/;=.+-_".contains(b))
}

pub(super) fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/=-_".contains(&byte)
}
