//! What does a coded body say? Undone layer by layer, one bounded piece at a time, so that a
//! few bytes that claim to be millions are met before they are.
//!
//! ```text
//! wire ──cells of 1 KiB──> layer ──pieces──> layer ──pieces──> next()
//!                            └─ made ──┬─ made ─┘
//!                                   Limits
//! ```

use crate::proxy::coding::layer::{Layer, Malformed};
use crate::proxy::coding::name::Codings;
use std::fmt;

/// How much a body may become.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// The most bytes that any layer of the body yields.
    pub bytes: u64,
    /// The most bytes that any layer yields for one byte read from the wire, begun KiB of the
    /// wire counted as whole.
    pub ratio: u64,
    /// Bytes that any layer may yield before its ratio counts: short texts of one character are
    /// no bombs.
    pub ratio_after: u64,
}

/// Why a body is not decoded any further.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// It is not what its coding says, or ends too early, or goes on behind its end.
    Malformed,
    /// More than [`Limits::bytes`].
    TooLarge,
    /// More than [`Limits::ratio`] allows.
    Ratio,
}

/// Undoes the codings of one body.
///
/// ```
/// use cloakroom::proxy::coding::{Codings, Decoder, Limits};
///
/// let limits = Limits { bytes: 1 << 20, ratio: 100, ratio_after: 1 << 16 };
/// let codings = Codings::parse([&b"deflate"[..]])?;
/// let mut decoder = Decoder::new(&codings, limits);
/// let mut body = Vec::new();
/// for mut chunk in [&b"\x01\x02\x00\xfd"[..], b"\xffhi"] {
///     while let Some(piece) = decoder.next(&mut chunk)? {
///         body.extend_from_slice(piece);
///     }
/// }
/// decoder.finish()?;
/// assert_eq!(body, b"hi");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Whether a body is decoded, and to what, does not depend on how it was cut. How much of it
/// comes out before a failure does, and which failure is named where one KiB has several. What
/// came out has been checked by nobody before [`finish`](Self::finish): the checksum stands at
/// the end. A failure is final: whatever is asked later, it is the answer.
///
/// Each layer holds 16 KiB and the window that the body asks for: 32 KiB in gzip and deflate,
/// at most 8 MiB in zstd (RFC 9659) and 16 MiB in brotli (RFC 7932).
pub struct Decoder {
    /// The one that was applied last in front: it reads from the wire.
    layers: Vec<Layer>,
    limits: Limits,
    /// Bytes read from the wire.
    read: u64,
    failure: Option<Failure>,
}

impl Decoder {
    /// A decoder for one body in these codings. Without any, it passes the body on in pieces
    /// and holds it to [`Limits::bytes`].
    pub fn new(codings: &Codings, limits: Limits) -> Self {
        let mut layers: Vec<_> =
            codings.applied().iter().rev().map(|&coding| Layer::new(Some(coding))).collect();
        if layers.is_empty() {
            layers.push(Layer::new(None));
        }
        Self { layers, limits, read: 0, failure: None }
    }

    /// The next piece of the body, never empty and at most 16 KiB, and shortens the input by
    /// what was read for it. `None`: all input was read, and all that it says was given out.
    pub fn next(&mut self, input: &mut &[u8]) -> Result<Option<&[u8]>, Failure> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let mut wire = Wire { input, read: &mut self.read };
        match pull(&mut self.layers, &mut wire, &self.limits) {
            Ok(true) => Ok(self.layers.last().map(Layer::piece)),
            Ok(false) => Ok(None),
            Err(failure) => {
                self.failure = Some(failure);
                Err(failure)
            }
        }
    }

    /// Whether the body may end here. To be asked when [`next`](Self::next) has given out all.
    pub fn finish(&mut self) -> Result<(), Failure> {
        if let Some(failure) = self.failure {
            return Err(failure);
        }
        let ended = self.layers.iter_mut().try_for_each(Layer::finish);
        ended.map_err(|Malformed| *self.failure.insert(Failure::Malformed))
    }
}

/// Makes the next piece of the last of these layers; whether there is one. What stands between
/// two layers is used up before more of it is made.
fn pull(layers: &mut [Layer], wire: &mut Wire<'_, '_>, limits: &Limits) -> Result<bool, Failure> {
    let Some((layer, around)) = layers.split_last_mut() else { return Ok(false) };
    loop {
        let source = match around.last() {
            Some(outer) => outer.piece(),
            // All that a cell says is counted before the next one is read.
            None if layer.owes() && wire.is_between_cells() => &[],
            None => wire.cell(),
        };
        if source.is_empty() && !layer.owes() {
            if !around.is_empty() && pull(around, wire, limits)? {
                continue;
            }
            return Ok(false);
        }
        let used = layer.step(source).map_err(|Malformed| Failure::Malformed)?;
        match around.last_mut() {
            Some(outer) => outer.take(used),
            None => wire.take(used),
        }
        limits.allow(layer.made(), *wire.read)?;
        if !layer.piece().is_empty() {
            return Ok(true);
        }
    }
}

impl Limits {
    fn allow(&self, made: u64, read: u64) -> Result<(), Failure> {
        // The same for all of a cell, and no step reads across its end: so it does not matter
        // at which byte of a cell somebody looks.
        let worth = read.div_ceil(CELL).saturating_mul(CELL).saturating_mul(self.ratio);
        if made > self.bytes {
            Err(Failure::TooLarge)
        } else if made > worth.max(self.ratio_after) {
            Err(Failure::Ratio)
        } else {
            Ok(())
        }
    }
}

/// What comes from outside, and how much of it was read.
struct Wire<'a, 'b> {
    input: &'a mut &'b [u8],
    read: &'a mut u64,
}

impl Wire<'_, '_> {
    fn is_between_cells(&self) -> bool {
        self.read.is_multiple_of(CELL)
    }

    /// The input, at most to the end of its cell.
    fn cell(&self) -> &[u8] {
        let left = usize::try_from(CELL - *self.read % CELL).unwrap_or(usize::MAX);
        self.input.get(..left).unwrap_or(self.input)
    }

    fn take(&mut self, bytes: usize) {
        *self.input = self.input.get(bytes..).unwrap_or_default();
        *self.read = self.read.saturating_add(bytes as u64);
    }
}

/// Bytes of the wire for which the ratio allows the same. Small, since a body of one byte is
/// allowed what a whole cell is.
const CELL: u64 = 1024;

impl fmt::Debug for Decoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decoder")
            .field("layers", &self.layers.len())
            .field("read", &self.read)
            .field("failure", &self.failure)
            .finish_non_exhaustive()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Malformed => "a body that is not what its content coding says",
            Self::TooLarge => "a body that is too large once decoded",
            Self::Ratio => "a body that grows too much when decoded",
        })
    }
}

impl std::error::Error for Failure {}
