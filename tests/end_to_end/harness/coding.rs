//! Content codings as a visitor and a backend apply them.

use ::cloakroom::proxy::coding::{Codings, Decoder, Encoder, Limits};

/// The body in these codings, as `Content-Encoding` names them; none where it is empty.
pub(crate) fn encoded(codings: &str, body: &[u8]) -> Vec<u8> {
    let mut encoder = Flushing::new(codings);
    let mut out = Vec::new();
    encoder.0.push(body, &mut out).expect("coded");
    out.extend(encoder.finish());
    out
}

/// What a body in these codings says. Fails where it is not whole.
#[track_caller]
pub(crate) fn decoded(codings: &str, body: &[u8]) -> Vec<u8> {
    let (text, mut decoder) = read(codings, body);
    decoder.finish().expect("a whole body");
    text
}

/// What a body in these codings says as far as it came.
#[track_caller]
pub(crate) fn begun(codings: &str, body: &[u8]) -> Vec<u8> {
    read(codings, body).0
}

/// Codes a body piece by piece, and lets each piece out at once.
pub(crate) struct Flushing(Encoder);

impl Flushing {
    pub(crate) fn new(codings: &str) -> Self {
        Self(Encoder::new(&named(codings)))
    }

    /// The piece, coded.
    pub(crate) fn push(&mut self, text: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        self.0.push(text, &mut out).expect("coded");
        self.0.flush(&mut out).expect("coded");
        out
    }

    /// The end.
    pub(crate) fn finish(self) -> Vec<u8> {
        let mut out = Vec::new();
        self.0.finish(&mut out).expect("coded");
        out
    }
}

#[track_caller]
fn read(codings: &str, mut body: &[u8]) -> (Vec<u8>, Decoder) {
    let mut decoder = Decoder::new(&named(codings), ANY);
    let mut text = Vec::new();
    while let Some(piece) = decoder.next(&mut body).expect("a coded body") {
        text.extend_from_slice(piece);
    }
    (text, decoder)
}

fn named(codings: &str) -> Codings {
    Codings::parse([codings.as_bytes()]).expect("codings")
}

const ANY: Limits = Limits { bytes: u64::MAX, ratio: u64::MAX, ratio_after: u64::MAX };
