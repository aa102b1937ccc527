//! How is a body coded again after it was read?

use crate::proxy::coding::layer::PIECE;
use crate::proxy::coding::name::{Coding, Codings};
use compression_codecs::brotli::params::EncoderParams;
use compression_codecs::zstd::params::CParameter;
use compression_codecs::{BrotliEncoder, EncodeV2, GzipEncoder, ZlibEncoder, ZstdEncoder};
use compression_core::Level;
use compression_core::util::{PartialBuffer, WriteBuffer};
use std::{fmt, io};

/// Applies codings to one body.
///
/// What comes out is appended to a buffer of the caller's. It is little more than what went in
/// since the last flush: who pushes pieces and takes what came keeps memory bounded.
pub struct Encoder {
    /// In the order of application.
    layers: Vec<Layer>,
    /// Whether something went in since the last flush.
    dirty: bool,
}

/// An encoder that could not go on: it got no memory. What came out so far is of no use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unencodable;

impl Encoder {
    /// An encoder for one body. Without codings it passes the body on.
    pub fn new(codings: &Codings) -> Self {
        let layers = codings.applied().iter().map(|&coding| Layer::new(coding)).collect();
        Self { layers, dirty: false }
    }

    /// More of the body. Some of it is held back until there is enough to be worth coding.
    pub fn push(&mut self, input: &[u8], out: &mut Vec<u8>) -> Result<(), Unencodable> {
        self.dirty |= !input.is_empty();
        run(&mut self.layers, input, Then::Wait, out)
    }

    /// Lets all out that went in, so that a reader sees what an application has sent, at the
    /// price of a few bytes. Nothing, where nothing is held back.
    pub fn flush(&mut self, out: &mut Vec<u8>) -> Result<(), Unencodable> {
        if !std::mem::take(&mut self.dirty) {
            return Ok(());
        }
        run(&mut self.layers, &[], Then::Flush, out)
    }

    /// The end of the body. A body into which nothing was pushed becomes a stream that says
    /// nothing, which is not empty.
    pub fn finish(mut self, out: &mut Vec<u8>) -> Result<(), Unencodable> {
        run(&mut self.layers, &[], Then::Finish, out)
    }
}

impl fmt::Debug for Encoder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Encoder").field("layers", &self.layers.len()).finish_non_exhaustive()
    }
}

/// What is done once the input went in.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Then {
    Wait,
    Flush,
    Finish,
}

/// Sends input through all layers, the first to apply in front.
fn run(
    layers: &mut [Layer],
    input: &[u8],
    then: Then,
    out: &mut Vec<u8>,
) -> Result<(), Unencodable> {
    let Some((layer, rest)) = layers.split_first_mut() else {
        out.extend_from_slice(input);
        return Ok(());
    };
    let mut input = PartialBuffer::new(input);
    while !input.unwritten().is_empty() {
        let before = input.written_len();
        let piece = layer.piece(|encoder, output| {
            encoder.encode(&mut input, output)?;
            Ok(true)
        })?;
        if input.written_len() == before && piece.bytes.is_empty() {
            return Err(Unencodable); // It would never go on.
        }
        run(rest, piece.bytes, Then::Wait, out)?;
    }
    if then != Then::Wait {
        loop {
            let piece = layer.piece(|encoder, output| match then {
                Then::Finish => encoder.finish(output),
                _ => encoder.flush(output),
            })?;
            if !piece.last && piece.bytes.is_empty() {
                return Err(Unencodable);
            }
            run(rest, piece.bytes, Then::Wait, out)?;
            if piece.last {
                break;
            }
        }
    }
    run(rest, &[], then, out)
}

/// One coding that is being applied.
struct Layer {
    encoder: Box<dyn EncodeV2 + Send + Sync>,
    room: Box<[u8]>,
}

/// What a layer has made.
struct Piece<'a> {
    bytes: &'a [u8],
    /// Whether it was all.
    last: bool,
}

impl Layer {
    fn new(coding: Coding) -> Self {
        let encoder: Box<dyn EncodeV2 + Send + Sync> = match coding {
            Coding::Gzip => Box::new(GzipEncoder::new(Level::Precise(DEFLATE_LEVEL).into())),
            Coding::Deflate => Box::new(ZlibEncoder::new(Level::Precise(DEFLATE_LEVEL).into())),
            Coding::Brotli => Box::new(BrotliEncoder::new(
                EncoderParams::default()
                    .quality(Level::Precise(BROTLI_QUALITY))
                    .window_size(BROTLI_WINDOW_LOG),
            )),
            Coding::Zstd => Box::new(ZstdEncoder::new_with_params(
                ZSTD_LEVEL,
                &[CParameter::window_log(ZSTD_WINDOW_LOG), CParameter::checksum_flag(true)],
            )),
        };
        Self { encoder, room: vec![0; PIECE].into() }
    }

    fn piece(
        &mut self,
        make: impl FnOnce(&mut dyn EncodeV2, &mut WriteBuffer<'_>) -> io::Result<bool>,
    ) -> Result<Piece<'_>, Unencodable> {
        let mut output = WriteBuffer::new_initialized(&mut self.room);
        let last = make(&mut *self.encoder, &mut output).map_err(|_| Unencodable)?;
        let made = output.written_len();
        Ok(Piece { bytes: self.room.get(..made).unwrap_or_default(), last })
    }
}

impl fmt::Display for Unencodable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a body that could not be coded again")
    }
}

impl std::error::Error for Unencodable {}

/// On 64 KiB of prose and code, level 6 gives 1 % less than 4 in up to twice the time, and
/// level 1 a quarter more. A proxy codes each body once for one reader.
const DEFLATE_LEVEL: i32 = 4;

/// Faster than gzip at its level 4 on 64 KiB, and 8 % smaller; 5 takes a third longer.
const BROTLI_QUALITY: i32 = 4;

/// What zstd calls its default. On 1 KiB, 4 takes twice as long for not a byte less.
const ZSTD_LEVEL: i32 = 3;

/// 256 KiB: few chat bodies are longer, and a streamed one holds this for as long as it lasts
/// instead of the 4 MiB (brotli) or 2 MiB (zstd) of their defaults.
const BROTLI_WINDOW_LOG: i32 = 18;

/// As for brotli.
const ZSTD_WINDOW_LOG: u32 = 18;
