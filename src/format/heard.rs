//! What does a reader tell, and is it the same on every cut? A sink for tests.

use super::path::{Path, Paths};
use super::{Role, Sink, Spelling, Text, Unreadable};
use std::sync::Arc;

/// A reader, whichever.
pub(super) trait Reads {
    fn push(&mut self, at: u64, raw: &[u8], sink: &mut Heard<'_>) -> Result<(), Unreadable>;
    fn finish(&mut self, at: u64, sink: &mut Heard<'_>) -> Result<(), Unreadable>;
}

/// Says that a type has the two functions of readers.
macro_rules! reads {
    ($reader:ty) => {
        impl crate::format::heard::Reads for $reader {
            fn push(
                &mut self,
                at: u64,
                raw: &[u8],
                sink: &mut crate::format::heard::Heard<'_>,
            ) -> Result<(), crate::format::Unreadable> {
                Self::push(self, at, raw, sink)
            }

            fn finish(
                &mut self,
                at: u64,
                sink: &mut crate::format::heard::Heard<'_>,
            ) -> Result<(), crate::format::Unreadable> {
                Self::finish(self, at, sink)
            }
        }
    };
}
pub(super) use reads;

/// These paths, compiled.
pub(super) fn paths(paths: &[&str]) -> Arc<Paths> {
    Arc::new(Paths::new(paths.iter().map(|path| Path::parse(path).unwrap()).collect()))
}

/// One text as it was told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Told {
    pub(super) from: u64,
    pub(super) to: Option<u64>,
    pub(super) spelling: Spelling,
    pub(super) role: Role,
    pub(super) name: Vec<u8>,
    pub(super) field: Option<u16>,
    /// Its pieces joined.
    pub(super) text: Vec<u8>,
    /// Where each of its bytes stands.
    places: Vec<u64>,
}

impl Told {
    /// `value form email: ann%40example.org`, and ` #0` behind the name where a path leads.
    pub(super) fn line(&self) -> String {
        let role = format!("{:?}", self.role).to_lowercase();
        let spelling = format!("{:?}", self.spelling).to_lowercase();
        let name = String::from_utf8_lossy(&self.name);
        let field = self.field.map_or(String::new(), |field| format!(" #{field}"));
        let text = String::from_utf8_lossy(&self.text);
        format!("{role} {spelling} {name}{field}: {text}")
    }
}

/// Writes down what it is told, and holds it against the contract of a sink.
pub(super) struct Heard<'a> {
    payload: &'a [u8],
    texts: Vec<Told>,
    open: bool,
    reached: u64,
}

impl Sink for Heard<'_> {
    fn begin(&mut self, at: u64, text: Text<'_>) {
        assert!(!self.open, "a text begins at {at} inside another");
        assert!(at >= self.reached, "a text begins at {at}, before {}", self.reached);
        self.open = true;
        self.reached = at;
        self.texts.push(Told {
            from: at,
            to: None,
            spelling: text.spelling,
            role: text.role,
            name: text.name.to_vec(),
            field: text.field,
            text: Vec::new(),
            places: Vec::new(),
        });
    }

    fn more(&mut self, at: u64, raw: &[u8]) {
        assert!(self.open, "more at {at} of no text");
        assert!(at >= self.reached, "more at {at}, before {}", self.reached);
        let from = usize::try_from(at).unwrap();
        assert_eq!(self.payload.get(from..from + raw.len()), Some(raw), "what stands at {at}");
        self.reached = at + raw.len() as u64;
        let told = self.texts.last_mut().unwrap();
        told.text.extend_from_slice(raw);
        told.places.extend(at..self.reached);
    }

    fn end(&mut self, at: u64) {
        assert!(self.open, "no text ends at {at}");
        assert!(at >= self.reached, "a text ends at {at}, before {}", self.reached);
        self.open = false;
        self.reached = at;
        self.texts.last_mut().unwrap().to = Some(at);
    }
}

/// What a reader tells of a payload, which is the same whole, cut in two at every place, cut
/// in threes, and byte by byte.
#[track_caller]
pub(super) fn hear<R: Reads>(
    payload: &[u8],
    reader: impl Fn() -> R,
) -> (Vec<Told>, Result<(), Unreadable>) {
    let whole = run(payload, &[payload.len()], &reader);
    for cut in 0..payload.len() {
        let again = run(payload, &[cut, payload.len()], &reader);
        assert_eq!(again, whole, "cut at {cut}: {:?}", String::from_utf8_lossy(payload));
    }
    for step in [1, 3] {
        let cuts: Vec<usize> = (0..payload.len()).step_by(step).chain([payload.len()]).collect();
        let again = run(payload, &cuts, &reader);
        assert_eq!(again, whole, "cut every {step}: {:?}", String::from_utf8_lossy(payload));
    }
    whole
}

/// The lines of what a reader tells of a payload that it can read, on every cut.
#[track_caller]
pub(super) fn lines<R: Reads>(payload: &[u8], reader: impl Fn() -> R) -> Vec<String> {
    let (told, result) = hear(payload, reader);
    assert_eq!(result, Ok(()));
    assert!(told.iter().all(|told| told.to.is_some()), "each text ends");
    told.iter().map(Told::line).collect()
}

/// What a reader tells of a payload that is cut at these ascending places.
#[track_caller]
pub(super) fn run<R: Reads>(
    payload: &[u8],
    cuts: &[usize],
    reader: impl Fn() -> R,
) -> (Vec<Told>, Result<(), Unreadable>) {
    let mut reader = reader();
    let mut heard = Heard { payload, texts: Vec::new(), open: false, reached: 0 };
    let mut from = 0;
    for &to in cuts {
        if let Err(error) = reader.push(from as u64, &payload[from..to], &mut heard) {
            return (heard.texts, Err(error));
        }
        from = to;
    }
    let result = reader.finish(payload.len() as u64, &mut heard);
    (heard.texts, result)
}
