//! Text that is written in Base64 within a text.

use crate::detect::search::automaton::Unfit;
use crate::detect::search::set::Detector;
use data_encoding::{BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD, Encoding};

/// What finds runs that may be Base64. Sixteen characters are twelve bytes: shorter than that
/// is hardly anything personal. Longer ones than 4,096 are files, and pass.
pub(super) fn detector() -> Result<Detector, Unfit> {
    let pattern = r"(?-u)\b[0-9A-Za-z+/_-]{16,4096}={0,2}";
    Detector::pattern("base64", pattern, |text| decoded(text).is_some(), &[])
}

/// What a run says, if that is text, and how it says it.
pub(super) fn decoded(text: &[u8]) -> Option<(Encoding, Vec<u8>)> {
    [BASE64, BASE64_NOPAD, BASE64URL, BASE64URL_NOPAD]
        .into_iter()
        .filter_map(|encoding| encoding.decode(text).ok().map(|plain| (encoding, plain)))
        .find(|(_, plain)| is_text(plain))
}

fn is_text(plain: &[u8]) -> bool {
    let is_odd = |c: char| c.is_control() && !c.is_whitespace();
    str::from_utf8(plain).is_ok_and(|text| !text.contains(is_odd))
}
