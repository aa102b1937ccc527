//! What a reader told of a payload, in a form that two readings can be compared by; and the
//! promises of a `Sink`, checked as it is told.

use cloakroom::format::json::Json;
use cloakroom::format::path::{Path, Paths};
use cloakroom::format::{Bounds, Role, Sink, Spelling, Text, Unreadable};
use std::sync::Arc;

/// One text.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Told {
    pub(crate) begin: u64,
    pub(crate) end: u64,
    pub(crate) spelling: Spelling,
    pub(crate) role: Role,
    pub(crate) name: Vec<u8>,
    pub(crate) field: Option<u16>,
    pub(crate) raw: Vec<u8>,
    /// The offset of each byte.
    pub(crate) places: Vec<u64>,
}

/// How a payload was read: its texts, and whether that ended in an error.
pub(crate) type Reading = (Vec<Told>, Result<(), Unreadable>);

/// What is read, and what is looked for in it.
pub(crate) struct Reader {
    pub(crate) bounds: Bounds,
    pub(crate) paths: Arc<Paths>,
    /// Bytes of something else before each of these offsets of the payload.
    pub(crate) gaps: Vec<usize>,
}

impl Reader {
    pub(crate) fn with_paths(paths: &[&str]) -> Self {
        let paths = paths.iter().map(|path| Path::parse(path).expect("a path")).collect();
        let paths = Arc::new(Paths::new(paths));
        Self { bounds: Bounds::default(), paths, gaps: Vec::new() }
    }

    pub(crate) fn whole(&self, payload: &[u8]) -> Reading {
        self.cut(payload, &[])
    }

    /// Reads a payload that arrives cut at these offsets, in order.
    pub(crate) fn cut(&self, payload: &[u8], cuts: &[usize]) -> Reading {
        self.read(&mut Json::new(self.bounds, Arc::clone(&self.paths)), payload, cuts)
    }

    /// Reads two payloads with one reader: how the second one was read.
    pub(crate) fn after(&self, earlier: &[u8], payload: &[u8]) -> Reading {
        let mut json = Json::new(self.bounds, Arc::clone(&self.paths));
        self.read(&mut json, earlier, &[]).1.expect("an earlier payload that can be read");
        self.read(&mut json, payload, &[])
    }

    fn read(&self, json: &mut Json, payload: &[u8], cuts: &[usize]) -> Reading {
        let mut cuts: Vec<usize> = [cuts, &self.gaps].concat();
        cuts.sort_unstable();
        let mut listener = Listener { stream: self.with_gaps(payload), ..Listener::default() };
        let mut start = 0;
        let mut failed = Ok(());
        for end in cuts.into_iter().chain([payload.len()]) {
            let piece = &payload[start..end];
            failed = failed.and(json.push(self.offset(start), piece, &mut listener));
            start = end;
        }
        let finished = json.finish(self.offset(payload.len()), &mut listener);
        assert_eq!(finished, failed, "an error stays one");
        assert!(failed.is_err() || listener.open.is_none(), "a text has no end");
        (listener.told, failed)
    }

    fn with_gaps(&self, payload: &[u8]) -> Vec<u8> {
        let mut stream = Vec::new();
        for (index, &byte) in payload.iter().enumerate() {
            stream.resize(usize::try_from(self.offset(index)).expect("small"), b'#');
            stream.push(byte);
        }
        stream
    }

    /// Where a byte of the payload stands, with the gaps before it.
    fn offset(&self, index: usize) -> u64 {
        let gaps = self.gaps.iter().filter(|&&gap| gap <= index).count();
        (index + gaps * 7) as u64
    }
}

#[derive(Default)]
struct Listener {
    told: Vec<Told>,
    open: Option<Told>,
    /// Where the reader may have come so far.
    last: u64,
    /// The payload, with gaps.
    stream: Vec<u8>,
}

impl Sink for Listener {
    fn begin(&mut self, at: u64, text: Text<'_>) {
        assert!(self.open.is_none(), "a text in a text");
        assert!(at >= self.last, "a text begins in the one before it");
        self.last = at;
        self.open = Some(Told {
            begin: at,
            end: at,
            spelling: text.spelling,
            role: text.role,
            name: text.name.to_vec(),
            field: text.field,
            raw: Vec::new(),
            places: Vec::new(),
        });
    }

    fn more(&mut self, at: u64, raw: &[u8]) {
        assert!(!raw.is_empty(), "a piece of nothing");
        assert!(at >= self.last, "a piece out of order");
        let here = usize::try_from(at).expect("small");
        assert_eq!(self.stream.get(here..here + raw.len()), Some(raw), "not what stands there");
        let open = self.open.as_mut().expect("a piece belongs to a text");
        open.raw.extend_from_slice(raw);
        open.places.extend(at..at + raw.len() as u64);
        self.last = at + raw.len() as u64;
    }

    fn end(&mut self, at: u64) {
        let mut text = self.open.take().expect("only what began ends");
        assert!(at >= self.last, "a text ends before its last piece");
        self.last = at;
        text.end = at;
        self.told.push(text);
    }
}
