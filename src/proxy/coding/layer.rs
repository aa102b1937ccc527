//! One coding of a stack: bytes of the layer around it in, a piece of what they say out.

use crate::proxy::coding::name::Coding;
use crate::proxy::coding::strict::{AnyDeflate, Copied, SmallBrotli, StreamedZstd};
use compression_codecs::{DecodeV2, GzipDecoder};
use compression_core::util::{PartialBuffer, WriteBuffer};

/// The most bytes that are made at once, and so what a layer holds beside its window. Large
/// enough that calls do not count, small enough that limits between two pieces are tight.
pub(super) const PIECE: usize = 16 * 1024;

/// One coding that is being undone.
pub(super) struct Layer {
    decoder: Box<dyn DecodeV2 + Send + Sync>,
    /// Whether a stream may follow another: members in gzip (RFC 1952 section 2.2), frames in
    /// zstd (RFC 8878 section 3). Elsewhere what follows the end is garbage.
    repeats: bool,
    stage: Stage,
    /// Whether the last piece was full, so that there may be more without more input.
    owes: bool,
    piece: Box<[u8]>,
    taken: usize,
    filled: usize,
    made: u64,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Stage {
    /// Not a byte was read.
    Untouched,
    /// In a stream.
    Inside,
    /// Behind a whole stream.
    Ended,
}

/// The bytes are not what the coding says.
#[derive(Clone, Copy, Debug)]
pub(super) struct Malformed;

impl Layer {
    /// A layer that undoes this; `None` passes its input on.
    pub(super) fn new(coding: Option<Coding>) -> Self {
        let decoder: Box<dyn DecodeV2 + Send + Sync> = match coding {
            None => Box::new(Copied),
            Some(Coding::Gzip) => Box::new(GzipDecoder::new()),
            Some(Coding::Deflate) => Box::new(AnyDeflate::new()),
            Some(Coding::Brotli) => Box::new(SmallBrotli::new()),
            Some(Coding::Zstd) => Box::new(StreamedZstd::new()),
        };
        Self {
            decoder,
            repeats: matches!(coding, Some(Coding::Gzip | Coding::Zstd)),
            stage: Stage::Untouched,
            owes: false,
            piece: vec![0; PIECE].into(),
            taken: 0,
            filled: 0,
            made: 0,
        }
    }

    /// Makes the next piece, in place of the last one; it may be empty. Returns how much of the
    /// source it took: all, unless the piece is full or the stream ended.
    pub(super) fn step(&mut self, source: &[u8]) -> Result<usize, Malformed> {
        (self.taken, self.filled) = (0, 0);
        let mut output = WriteBuffer::new_initialized(&mut self.piece);
        let mut input = PartialBuffer::new(source);
        if source.is_empty() {
            self.decoder.flush(&mut output).map_err(|_| Malformed)?;
        } else {
            if self.stage == Stage::Ended {
                if !self.repeats {
                    return Err(Malformed);
                }
                self.decoder.reinit().map_err(|_| Malformed)?;
            }
            let ended = self.decoder.decode(&mut input, &mut output).map_err(|_| Malformed)?;
            self.stage = if ended { Stage::Ended } else { Stage::Inside };
            if !ended && input.written_len() == 0 && output.written_len() == 0 {
                return Err(Malformed); // It would never go on.
            }
        }
        self.owes = self.stage == Stage::Inside && output.has_no_spare_space();
        self.filled = output.written_len();
        self.made = self.made.saturating_add(self.filled as u64);
        Ok(input.written_len())
    }

    /// What was made and not taken.
    pub(super) fn piece(&self) -> &[u8] {
        self.piece.get(self.taken..self.filled).unwrap_or_default()
    }

    /// Takes from the front of the piece.
    pub(super) fn take(&mut self, bytes: usize) {
        self.taken += bytes;
    }

    /// Whether a step without a source may make something.
    pub(super) fn owes(&self) -> bool {
        self.owes
    }

    /// Bytes made so far.
    pub(super) fn made(&self) -> u64 {
        self.made
    }

    /// Whether the source may end here: between two streams, or before the first. No bytes at
    /// all are no stream in any coding, but that is how messages without a body come, and there
    /// is nothing in them to miss.
    pub(super) fn finish(&mut self) -> Result<(), Malformed> {
        if self.stage != Stage::Inside {
            return Ok(());
        }
        // An end that came with the last of a full piece was not told yet.
        let mut output = WriteBuffer::new_initialized(&mut self.piece);
        match self.decoder.finish(&mut output) {
            Ok(true) if output.written_len() == 0 => Ok(()),
            _ => Err(Malformed),
        }
    }
}
