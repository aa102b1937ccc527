//! From the input through a redactor to the output, a piece at a time.

use super::choice::Choice;
use super::format::Format;
use super::progress::Progress;
use crate::command::Failure;
use crate::command::note::Words;
use crate::format::charset::Charset;
use crate::format::content::charset_parameter;
use crate::redact::Redactor;
use std::io::{self, ErrorKind, Read, Write};

/// What goes through, and how.
pub(super) struct Pump<'a> {
    pub(super) choice: &'a Choice,
    pub(super) format: &'a Format,
    pub(super) content_type: Option<&'a str>,
    /// What messages call the input.
    pub(super) name: &'a str,
}

/// Bytes that are read at once, as much as a pipe holds.
const PIECE: usize = 64 * 1024;

impl Pump<'_> {
    /// All of it. After a refusal nothing more is written.
    pub(super) fn run(
        &self,
        mut input: impl Read,
        mut output: impl Write,
        mut progress: Progress,
    ) -> Result<(), Failure> {
        let mut piece = vec![0; PIECE];
        let mut out = Vec::with_capacity(2 * PIECE);
        let mut words = Words::new(&self.choice.rules, &self.choice.hand);
        let mut redactor: Option<Redactor> = None;
        loop {
            // The first bytes decide on the charset, however the input was cut.
            let least = if redactor.is_none() { FIRST } else { 1 };
            let length =
                fill(&mut input, &mut piece, least).map_err(|e| Failure::new(self.name, e))?;
            let read = piece.get(..length).unwrap_or_default();
            let going = match &mut redactor {
                Some(going) => going,
                None => redactor.insert(self.redactor(read)?),
            };
            let done =
                if length == 0 { going.finish(&mut out) } else { going.push(read, &mut out) };
            for note in going.take_notes() {
                // Where nobody reads it, the output goes on all the same.
                io::stderr().write_all(format!("{}\n", words.of(&note)).as_bytes()).ok();
            }
            if let Err(why) = done {
                progress.clear();
                return Err(Failure::new(self.name, why));
            }
            output.write_all(&out)?;
            // What was decided is not kept back: somebody may be reading along.
            output.flush()?;
            out.clear();
            if length == 0 {
                progress.clear();
                return Ok(());
            }
            progress.add(length);
        }
    }

    /// The redactor of an input that begins with these bytes.
    fn redactor(&self, first: &[u8]) -> Result<Redactor, Failure> {
        let Choice { rules, hand, options } = self.choice;
        Ok(match self.format {
            Format::Auto => Redactor::new(rules, hand.clone(), self.content_type, *options),
            Format::Known(content) => {
                let label = self.content_type.and_then(charset_parameter);
                let charset = Charset::of(label.as_deref(), first)
                    .map_err(|unknown| Failure::new(self.name, unknown))?;
                Redactor::of(rules, hand.clone(), content, charset, *options)
            }
        })
    }
}

/// As many first bytes as show a charset.
const FIRST: usize = 4;

/// Reads at least this many bytes; fewer where the input is over, none where it was.
fn fill(input: &mut impl Read, piece: &mut [u8], least: usize) -> io::Result<usize> {
    let mut length = 0;
    while length < least {
        match input.read(piece.get_mut(length..).unwrap_or_default()) {
            Ok(0) => break,
            Ok(more) => length += more,
            Err(error) if error.kind() == ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(length)
}
