//! One body on its way through: what its coding hides is undone, read, rewritten, and coded
//! again.
//!
//! ```text
//! wire ──> Decoder ──> Work ──> Encoder ──> wire
//! ```

use crate::proxy::coding::{Codings, Decoder, Encoder, Limits};
use crate::proxy::filter::work::Work;
use crate::proxy::finds::Finds;
use crate::proxy::refusal::Refusal;
use crate::redact::Rules;
use bytes::Bytes;
use std::fmt;
use std::sync::Arc;

/// One body on its way through.
#[derive(Debug)]
pub struct Filter {
    codings: Codings,
    /// Where there is something to undo.
    decoder: Option<Decoder>,
    work: Work,
    /// Once something was coded again.
    encoder: Option<Encoder>,
    manner: Manner,
    /// What was rewritten of the newest piece, where it is coded again.
    text: Vec<u8>,
    /// Whether an observer has met what it cannot read: the rest is not looked at.
    gave_up: bool,
    tell: Tell,
    /// How much of it was told: in all, and by the rule that found it.
    counted: u64,
    told: Vec<u64>,
}

/// To whom finds are told, and whose they are.
#[derive(Clone)]
pub(super) struct Tell {
    pub(super) finds: Arc<Finds>,
    pub(super) rules: Arc<Rules>,
}

/// Rules are long, and said elsewhere.
impl fmt::Debug for Tell {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Tell")
    }
}

/// How a filter goes about what it meets.
#[derive(Clone, Copy, Debug)]
pub(super) struct Manner {
    /// It counts, and changes nothing.
    pub(super) observe: bool,
    /// What cannot be read goes on as it came.
    pub(super) pass_unreadable: bool,
}

impl Filter {
    /// A filter for a body in these codings.
    pub(super) fn new(
        codings: Codings,
        limits: Limits,
        work: Work,
        manner: Manner,
        tell: Tell,
    ) -> Self {
        let decoder = (!codings.is_empty()).then(|| Decoder::new(&codings, limits));
        Self {
            codings,
            decoder,
            work,
            encoder: None,
            manner,
            text: Vec::new(),
            gave_up: false,
            tell,
            counted: 0,
            told: Vec::new(),
        }
    }

    /// Whether it only counts: what it gives out is what was put in.
    pub fn observes(&self) -> bool {
        self.manner.observe
    }

    /// What stands in the place of this whole body; `None` where it stays as it is, byte for
    /// byte, since nothing was found or the set lets pass what cannot be read.
    pub fn rewrite(mut self, whole: &[u8]) -> Result<Option<Vec<u8>>, Refusal> {
        let mut text = Vec::with_capacity(whole.len());
        match self.read_whole(whole, &mut text) {
            Err(Refusal::MalformedCoding) if self.manner.pass_unreadable => return Ok(None),
            read => read?,
        }
        self.count();
        if self.counted == 0 {
            return Ok(None);
        }
        if self.codings.is_empty() {
            return Ok(Some(text));
        }
        let mut out = Vec::with_capacity(whole.len());
        let mut encoder = Encoder::new(&self.codings);
        encoder.push(&text, &mut out)?;
        encoder.finish(&mut out)?;
        Ok(Some(out))
    }

    /// What can go on after this piece, which is perhaps the `last`. What goes in comes out as
    /// soon as it is decided, also where it is coded again: a reader waits for no more than the
    /// client has sent.
    ///
    /// A body that turns out to be unlike its coding fails here, whatever the set says: its
    /// beginning went on in another coding already.
    pub fn push(&mut self, wire: Bytes, last: bool) -> Result<Bytes, Refusal> {
        if self.manner.observe {
            if !self.gave_up {
                let counted = self.count_only(&wire, last);
                self.gave_up = counted.is_err();
            }
            return Ok(wire);
        }
        let mut out = Vec::with_capacity(wire.len() + ROOM);
        if self.decoder.is_none() {
            self.work.push(&wire, &mut out)?;
            if last {
                self.work.finish(&mut out)?;
            }
        } else {
            self.recode(&wire, last, &mut out)?;
        }
        self.count();
        Ok(out.into())
    }

    /// Undoes the coding of a piece, rewrites what it says, and codes that again.
    fn recode(&mut self, mut wire: &[u8], last: bool, out: &mut Vec<u8>) -> Result<(), Refusal> {
        let Some(decoder) = &mut self.decoder else { return Ok(()) };
        let encoder = self.encoder.get_or_insert_with(|| Encoder::new(&self.codings));
        while let Some(piece) = decoder.next(&mut wire)? {
            self.work.push(piece, &mut self.text)?;
            encoder.push(&self.text, out)?;
            self.text.clear();
        }
        if !last {
            return Ok(encoder.flush(out)?);
        }
        decoder.finish()?;
        self.work.finish(&mut self.text)?;
        encoder.push(&self.text, out)?;
        self.text.clear();
        match self.encoder.take() {
            Some(encoder) => Ok(encoder.finish(out)?),
            None => Ok(()),
        }
    }

    fn read_whole(&mut self, mut wire: &[u8], text: &mut Vec<u8>) -> Result<(), Refusal> {
        match &mut self.decoder {
            None => self.work.push(wire, text)?,
            Some(decoder) => {
                while let Some(piece) = decoder.next(&mut wire)? {
                    self.work.push(piece, text)?;
                }
                decoder.finish()?;
            }
        }
        self.work.finish(text)
    }

    /// Looks at a piece that goes on as it came.
    fn count_only(&mut self, mut wire: &[u8], last: bool) -> Result<(), Refusal> {
        match &mut self.decoder {
            None => self.work.push(wire, &mut self.text)?,
            Some(decoder) => {
                while let Some(piece) = decoder.next(&mut wire)? {
                    self.work.push(piece, &mut self.text)?;
                    self.text.clear();
                }
            }
        }
        if last {
            self.work.finish(&mut self.text)?;
        }
        self.text.clear();
        self.count();
        Ok(())
    }

    fn count(&mut self) {
        let total = self.work.total();
        if total == self.counted {
            return;
        }
        let counts = self.work.counts();
        self.told.resize(counts.len(), 0);
        let more = counts.iter().zip(&self.told).map(|(count, told)| count - told);
        let Tell { finds, rules } = &self.tell;
        finds.add(rules, more, self.work.format(), self.manner.observe);
        self.counted = total;
        self.told = counts;
    }
}

/// What a piece may gain by labels before its buffer grows, and what was held back before it.
const ROOM: usize = 64;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::detect::catalog::kind;
    use crate::redact::hand::HashKey;
    use crate::redact::spec::{Action, Spec, Wanted};
    use crate::redact::{Hand, Options, Redactor};

    const CODINGS: [&str; 4] = ["", "gzip", "br", "zstd, deflate"];

    #[test]
    fn what_goes_on_says_the_same_however_it_was_cut() {
        check(r#"{"to":"ann@example.org","cc":["bob\u0040example.org"]}"#, 2);
        check(r#"{"t":1790669742123}"#, 0);
        check("", 0);
    }

    #[test]
    fn a_whole_body_without_a_find_stays_as_it_is() {
        for codings in CODINGS {
            let wire = coded(codings, b"{\"t\":1790669742123}");
            let finds = Arc::default();
            assert_eq!(filter(codings, ENFORCE, &finds).rewrite(&wire), Ok(None), "{codings}");
            assert_eq!((finds.taken_out(), finds.only_seen()), (None, None));
        }
    }

    #[test]
    fn what_is_no_coding_is_refused_or_passes() {
        let finds = Arc::default();
        let not_gzip = b"{\"to\":\"ann@example.org\"}";
        let refused = filter("gzip", ENFORCE, &finds).rewrite(not_gzip);
        assert_eq!(refused, Err(Refusal::MalformedCoding));
        let pass = Manner { pass_unreadable: true, ..ENFORCE };
        assert_eq!(filter("gzip", pass, &finds).rewrite(not_gzip), Ok(None));
        // Its beginning may have gone on already.
        let pushed = filter("gzip", pass, &finds).push(not_gzip[..].into(), true);
        assert_eq!(pushed, Err(Refusal::MalformedCoding));
    }

    #[test]
    fn an_observer_counts_and_gives_out_what_it_got() {
        let observe = Manner { observe: true, ..ENFORCE };
        for codings in CODINGS {
            let wire = coded(codings, b"{\"to\":\"ann@example.org\"}");
            for cut in 0..=wire.len() {
                let finds = Arc::default();
                let mut filter = filter(codings, observe, &finds);
                let (one, two) = wire.split_at(cut);
                for (piece, last) in [(one, false), (two, true)] {
                    let piece = Bytes::copy_from_slice(piece);
                    assert_eq!(filter.push(piece.clone(), last), Ok(piece), "{codings} at {cut}");
                }
                assert_eq!((finds.taken_out(), finds.only_seen()), (None, Some(1)));
            }
        }
        let finds = Arc::default();
        let mut filter = filter("gzip", observe, &finds);
        for piece in [&b"no gzip: ann@example.org"[..], b"ann@example.org"] {
            assert_eq!(filter.push(piece.into(), false), Ok(piece.into()));
        }
        assert_eq!(finds.only_seen(), None);
    }

    const ENFORCE: Manner = Manner { observe: false, pass_unreadable: false };

    /// Rewritten whole and as it comes, in every coding and at every cut, the text is the one
    /// that a redactor alone makes of it, after so many finds.
    #[track_caller]
    fn check(text: &str, count: u64) {
        let mut expected = Vec::new();
        let mut redactor = redactor(ENFORCE);
        redactor.push(text.as_bytes(), &mut expected).expect("readable");
        redactor.finish(&mut expected).expect("readable");
        for codings in CODINGS {
            let wire = coded(codings, text.as_bytes());
            let finds = Arc::default();
            let whole = filter(codings, ENFORCE, &finds).rewrite(&wire).expect("readable");
            assert_eq!(decoded(codings, &whole.unwrap_or(wire.clone())), expected, "{codings}");
            assert_eq!(finds.taken_out().unwrap_or(0), count, "{codings}");
            for cut in 0..=wire.len() {
                let mut filter = filter(codings, ENFORCE, &finds);
                let (one, two) = wire.split_at(cut);
                let mut out =
                    filter.push(Bytes::copy_from_slice(one), false).expect("readable").to_vec();
                out.extend(filter.push(Bytes::copy_from_slice(two), false).expect("readable"));
                out.extend(filter.push(Bytes::new(), true).expect("readable"));
                assert_eq!(decoded(codings, &out), expected, "{codings}, cut at {cut}");
            }
        }
    }

    fn filter(codings: &str, manner: Manner, finds: &Arc<Finds>) -> Filter {
        let work = Work::Text(Box::new(redactor(manner)));
        let tell = Tell { finds: Arc::clone(finds), rules: rules() };
        Filter::new(named(codings), LIMITS, work, manner, tell)
    }

    fn rules() -> Arc<Rules> {
        let kind = kind("email").expect("a kind");
        let wanted = Wanted { kind, action: Action::Label, context_optional: false };
        let spec = Spec { kinds: vec![wanted], ..Spec::default() };
        Arc::new(Rules::compile(&spec).expect("rules"))
    }

    fn redactor(manner: Manner) -> Redactor {
        let hand = Hand::new(Arc::new(HashKey::new(&[7; 32])), "shop".into());
        let options = Options {
            observe: manner.observe,
            pass_unreadable: manner.pass_unreadable,
            ..Options::default()
        };
        Redactor::new(&rules(), hand, Some("application/json"), options)
    }

    fn coded(codings: &str, text: &[u8]) -> Vec<u8> {
        let mut wire = Vec::new();
        let mut encoder = Encoder::new(&named(codings));
        encoder.push(text, &mut wire).expect("coded");
        encoder.finish(&mut wire).expect("coded");
        wire
    }

    fn decoded(codings: &str, mut wire: &[u8]) -> Vec<u8> {
        let mut decoder = Decoder::new(&named(codings), LIMITS);
        let mut text = Vec::new();
        while let Some(piece) = decoder.next(&mut wire).expect("a coded body") {
            text.extend_from_slice(piece);
        }
        decoder.finish().expect("a whole body");
        text
    }

    fn named(codings: &str) -> Codings {
        Codings::parse([codings.as_bytes()]).expect("codings")
    }

    const LIMITS: Limits = Limits { bytes: 1 << 20, ratio: 100, ratio_after: 1 << 16 };
}
