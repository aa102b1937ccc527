//! Where a coding leaves room for interpretation, what is read here? `deflate` comes in two
//! formats, brotli also in one that no browser knows, and zstd in two ways. Beside them, what
//! copies its input.

use compression_codecs::zstd::params::DParameter;
use compression_codecs::{BrotliDecoder, DecodeV2, DeflateDecoder, ZlibDecoder, ZstdDecoder};
use compression_core::util::{PartialBuffer, WriteBuffer};
use std::io;

/// `deflate`, in the zlib format that it should have (RFC 1950) or without (RFC 1951), which
/// some send and all read (RFC 9110 section 8.4.1.2). The first two bytes decide.
pub(super) enum AnyDeflate {
    /// Nothing was read, or one byte.
    Unknown(Option<u8>),
    /// With header and checksum.
    Zlib(ZlibDecoder),
    /// Without.
    Raw(DeflateDecoder),
}

impl AnyDeflate {
    pub(super) fn new() -> Self {
        Self::Unknown(None)
    }

    fn of(first: u8, second: u8) -> Self {
        // RFC 1950 section 2.2: method 8, a window of at most 32 KiB, and a check on both. A
        // raw stream begins so only where its first block is stored and fills up the byte with
        // something else than zeros, which no encoder does.
        let zlib = first & 0x8f == 0x08 && u16::from_be_bytes([first, second]).is_multiple_of(31);
        if zlib { Self::Zlib(ZlibDecoder::new()) } else { Self::Raw(DeflateDecoder::new()) }
    }

    fn known(&mut self) -> Option<&mut dyn DecodeV2> {
        match self {
            Self::Unknown(_) => None,
            Self::Zlib(decoder) => Some(decoder),
            Self::Raw(decoder) => Some(decoder),
        }
    }
}

impl DecodeV2 for AnyDeflate {
    fn reinit(&mut self) -> io::Result<()> {
        *self = Self::new();
        Ok(())
    }

    fn decode(
        &mut self,
        input: &mut PartialBuffer<&[u8]>,
        output: &mut WriteBuffer<'_>,
    ) -> io::Result<bool> {
        while let Self::Unknown(first) = *self {
            let Some(&next) = input.unwritten().first() else { return Ok(false) };
            input.advance(1);
            let Some(first) = first else {
                *self = Self::Unknown(Some(next));
                continue;
            };
            *self = Self::of(first, next);
            let start = [first, next];
            let mut start = PartialBuffer::new(&start[..]);
            let ended = self.decode(&mut start, output)?;
            if !start.unwritten().is_empty() {
                return Err(io::ErrorKind::InvalidData.into());
            }
            if ended || input.unwritten().is_empty() || output.has_no_spare_space() {
                return Ok(ended);
            }
        }
        self.known().map_or(Ok(false), |decoder| decoder.decode(input, output))
    }

    fn flush(&mut self, output: &mut WriteBuffer<'_>) -> io::Result<bool> {
        self.known().map_or(Ok(true), |decoder| decoder.flush(output))
    }

    fn finish(&mut self, output: &mut WriteBuffer<'_>) -> io::Result<bool> {
        self.known().map_or(Ok(false), |decoder| decoder.finish(output))
    }
}

/// `br` as RFC 7932 has it. The decoder underneath also reads "large window" streams, which
/// make it set aside up to 1 GiB, and which browsers refuse.
pub(super) struct SmallBrotli {
    decoder: BrotliDecoder,
    begun: bool,
}

impl SmallBrotli {
    pub(super) fn new() -> Self {
        Self { decoder: BrotliDecoder::new(), begun: false }
    }
}

impl DecodeV2 for SmallBrotli {
    fn reinit(&mut self) -> io::Result<()> {
        *self = Self::new();
        Ok(())
    }

    fn decode(
        &mut self,
        input: &mut PartialBuffer<&[u8]>,
        output: &mut WriteBuffer<'_>,
    ) -> io::Result<bool> {
        if let (false, Some(first)) = (self.begun, input.unwritten().first()) {
            // RFC 7932 section 9.1: the seven bits 0010001 are no window size. They are what
            // announces a large one.
            if first & 0x7f == 0x11 {
                return Err(io::ErrorKind::InvalidData.into());
            }
            self.begun = true;
        }
        self.decoder.decode(input, output)
    }

    fn flush(&mut self, output: &mut WriteBuffer<'_>) -> io::Result<bool> {
        self.decoder.flush(output)
    }

    fn finish(&mut self, output: &mut WriteBuffer<'_>) -> io::Result<bool> {
        self.decoder.finish(output)
    }
}

/// `zstd`, always in its streaming mode. Handed a whole frame at once the decoder underneath
/// takes a short cut, on which it checks more (an announced length, in a frame that ends with an
/// empty block): what is an error would depend on the cuts.
pub(super) struct StreamedZstd {
    decoder: ZstdDecoder,
    /// Bytes that still go in one by one.
    header: usize,
}

impl StreamedZstd {
    pub(super) fn new() -> Self {
        let window = DParameter::window_log_max(ZSTD_WINDOW_LOG);
        Self { decoder: ZstdDecoder::new_with_params(&[window]), header: ZSTD_HEADER }
    }
}

impl DecodeV2 for StreamedZstd {
    fn reinit(&mut self) -> io::Result<()> {
        self.header = ZSTD_HEADER;
        self.decoder.reinit()
    }

    fn decode(
        &mut self,
        input: &mut PartialBuffer<&[u8]>,
        output: &mut WriteBuffer<'_>,
    ) -> io::Result<bool> {
        while self.header > 0 {
            let Some(first) = input.unwritten().get(..1) else { return Ok(false) };
            let mut first = PartialBuffer::new(first);
            let ended = self.decoder.decode(&mut first, output)?;
            let used = first.written_len();
            input.advance(used);
            self.header -= used;
            if ended || used == 0 || output.has_no_spare_space() {
                return Ok(ended);
            }
        }
        if input.unwritten().is_empty() {
            return Ok(false);
        }
        self.decoder.decode(input, output)
    }

    fn flush(&mut self, output: &mut WriteBuffer<'_>) -> io::Result<bool> {
        self.decoder.flush(output)
    }

    fn finish(&mut self, output: &mut WriteBuffer<'_>) -> io::Result<bool> {
        self.decoder.finish(output)
    }
}

/// No coding: what comes in goes out, so that a body without one is counted like the others.
pub(super) struct Copied;

impl DecodeV2 for Copied {
    fn reinit(&mut self) -> io::Result<()> {
        Ok(())
    }

    fn decode(
        &mut self,
        input: &mut PartialBuffer<&[u8]>,
        output: &mut WriteBuffer<'_>,
    ) -> io::Result<bool> {
        output.copy_unwritten_from(input);
        Ok(false)
    }

    fn flush(&mut self, _: &mut WriteBuffer<'_>) -> io::Result<bool> {
        Ok(true)
    }

    fn finish(&mut self, _: &mut WriteBuffer<'_>) -> io::Result<bool> {
        Ok(true)
    }
}

/// 8 MiB, the most that a `zstd` body may ask for (RFC 9659 section 3).
const ZSTD_WINDOW_LOG: u32 = 23;

/// The longest frame header with its magic number: 4 + 1 + 1 + 4 + 8 bytes (RFC 8878 sections
/// 3.1.1 and 3.1.1.1).
const ZSTD_HEADER: usize = 18;
