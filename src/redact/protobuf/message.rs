//! One message after another on its way through: what its texts say is taken out, and every
//! length around it mended.

use super::legible::Legible;
use super::patches::Patches;
use super::wire::{Fields, Shape, shape};
use crate::format::content::{Binary, Content};
use crate::format::reader::Reader;
use crate::format::{Role, Sink, Spelling, Text, Unreadable};
use crate::redact::blocked::Blocked;
use crate::redact::edit::Edit;
use crate::redact::hand::Hand;
use crate::redact::options::Options;
use crate::redact::redactor::Redactor;
use crate::redact::rules::Rules;
use crate::redact::tally::Tally;
use crate::redact::texts::Texts;
use std::fmt;
use std::ops::Range;
use std::sync::Arc;

/// Takes out of protobuf messages what the rules find in their texts.
///
/// ```
/// use cloakroom::detect::catalog::kind;
/// use cloakroom::redact::hand::HashKey;
/// use cloakroom::redact::spec::{Action, Spec, Wanted};
/// use cloakroom::redact::{Hand, Options, Protobuf, Rules};
/// use std::sync::Arc;
///
/// let email = kind("email").ok_or("no such kind")?;
/// let wanted = Wanted { kind: email, action: Action::Label, context_optional: false };
/// let spec = Spec { kinds: vec![wanted], ..Spec::default() };
/// let rules = Arc::new(Rules::compile(&spec).map_err(|_| "rules")?);
/// let hand = Hand::new(Arc::new(HashKey::new(&[7; 32])), "shop".into());
/// let mut messages = Protobuf::new(&rules, hand, Options::default());
/// // A message in field 3, and a string in its field 1.
/// let message = b"\x1a\x11\x0a\x0fann@example.org";
/// assert_eq!(messages.rewrite(message)?.as_deref(), Some(&b"\x1a\x09\x0a\x07[email]"[..]));
/// assert_eq!(messages.rewrite(b"\x08\x96\x01")?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Protobuf {
    rules: Arc<Rules>,
    hand: Hand,
    options: Options,
    texts: Texts,
    /// Where the next text stands for those who hear of it: behind all others.
    next: u64,
}

/// What was read is content.
impl fmt::Debug for Protobuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Protobuf").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Protobuf {
    /// For messages of one property. What is held at most is for whoever holds them.
    pub fn new(rules: &Arc<Rules>, hand: Hand, options: Options) -> Self {
        let texts = Texts::new(Arc::clone(rules), hand.clone(), false);
        Self { rules: Arc::clone(rules), hand, options, texts, next: 0 }
    }

    /// What stands in the place of this message; `None` where it stays as it is, byte for byte.
    ///
    /// # Errors
    /// Where something stands in it that the rules forbid, or where it cannot be read: it is
    /// no message, or has more than 100 levels, or bytes that are no text and must be. With
    /// [`Options::pass_unreadable`] what cannot be read stays, and it alone.
    pub fn rewrite(&mut self, message: &[u8]) -> Result<Option<Vec<u8>>, Blocked> {
        if shape(message, DEPTH) == Shape::Other {
            self.unreadable(Unreadable::NoMessage { at: 0 })?;
            return Ok(None);
        }
        let (legible, patches) = (Legible::of(message), Patches::default());
        let mut walk = Walk { this: self, message, legible, patches };
        walk.content(0..message.len(), 0, 0)?;
        let patches = walk.patches;
        if patches.len() == 0 || self.options.observe {
            return Ok(None);
        }
        Ok(Some(patches.apply(0, message, 0..message.len())))
    }

    /// How much was found in all messages.
    pub fn tally(&self) -> &Tally {
        &self.texts.tally
    }

    /// What a text says without what is found in it; `None` where nothing is. `at` is where it
    /// stands in the message.
    fn search(&mut self, at: usize, text: &[u8]) -> Result<Option<Vec<u8>>, Blocked> {
        let begin = self.next;
        self.next += text.len() as u64 + 1;
        self.texts.look(begin, text);
        let heard = if is_json(text) {
            let paths = Arc::clone(&self.rules.paths);
            let Options { bounds, binary, .. } = self.options;
            let mut reader = Reader::new(&Content::Json, bounds, paths, binary);
            let heard = reader.push(begin, text, &mut self.texts);
            heard.and_then(|()| reader.finish(begin + text.len() as u64, &mut self.texts))
        } else {
            let (spelling, role) = (Spelling::Plain, Role::Value);
            self.texts.whole(begin, text, Text { spelling, role, name: b"", field: None });
            Ok(())
        };
        self.texts.look_away();
        if let Some(why) = self.texts.blocked.take().filter(|_| !self.options.observe) {
            return Err(match why {
                Blocked::Forbidden { .. } => Blocked::Forbidden { at: at as u64 },
                other => other,
            });
        }
        let mut edits = std::iter::from_fn(|| self.texts.edits.pop_if(|_| true)).peekable();
        let rewritten = edits.peek().is_some().then(|| edited(begin, text, edits));
        if let Err(why) = heard {
            // A text broke off in the middle: whoever heard of it starts afresh.
            let mut texts = Texts::new(Arc::clone(&self.rules), self.hand.clone(), false);
            texts.tally.join(&mut self.texts.tally);
            self.texts = texts;
            self.unreadable(match why {
                Unreadable::TooDeep { at: deep } => {
                    Unreadable::TooDeep { at: at as u64 + deep.saturating_sub(begin) }
                }
                other => other,
            })?;
        }
        Ok(rewritten)
    }

    /// The same for bytes that are no UTF-8: their first ones say what they are.
    fn sniff(&mut self, at: usize, bytes: &[u8]) -> Result<Option<Vec<u8>>, Blocked> {
        if Content::of(None, bytes) == Content::Binary {
            if self.options.binary == Binary::Refuse {
                self.unreadable(Unreadable::Binary { at: at as u64 })?;
            }
            return Ok(None);
        }
        let mut redactor = Redactor::new(&self.rules, self.hand.clone(), None, self.options);
        let mut out = Vec::with_capacity(bytes.len());
        redactor.push(bytes, &mut out)?;
        redactor.finish(&mut out)?;
        self.texts.tally.add_counts(redactor.tally());
        Ok((redactor.tally().total() > 0).then_some(out))
    }

    /// What could not be read does not go on, unless the policy says so.
    fn unreadable(&self, why: Unreadable) -> Result<(), Blocked> {
        if self.options.pass_unreadable { Ok(()) } else { Err(Blocked::Unreadable(why)) }
    }
}

/// One message while it is read.
struct Walk<'a, 'b> {
    this: &'a mut Protobuf,
    message: &'b [u8],
    legible: Legible<'b>,
    patches: Patches,
}

impl Walk<'_, '_> {
    /// Reads what a field holds, so many levels down, of which so many may be texts as well.
    /// Returns how much longer it is afterwards.
    fn content(
        &mut self,
        range: Range<usize>,
        depth: usize,
        doubts: usize,
    ) -> Result<isize, Blocked> {
        let bytes = self.message.get(range.clone()).unwrap_or_default();
        if bytes.is_empty() {
            return Ok(0);
        }
        match shape(bytes, DEPTH.saturating_sub(depth)) {
            Shape::Message if depth < DEPTH => {
                // Beyond them it is a message: as a text it was searched by those around it.
                let is_both = doubts < DOUBTS && self.legible.is_text(range.start, range.end);
                if !is_both {
                    return self.fields(range, depth, doubts);
                }
                let is_likely = begins_like_a_message(bytes);
                if !is_likely && let Some(rewritten) = self.this.search(range.start, bytes)? {
                    return Ok(self.patches.push(range, rewritten));
                }
                let first = self.patches.len();
                let longer = self.fields(range.clone(), depth, doubts + 1)?;
                if !is_likely && self.patches.len() == first {
                    return Ok(longer);
                }
                self.again(first, range, longer)
            }
            Shape::Message | Shape::TooDeep => {
                self.this.unreadable(Unreadable::TooDeep { at: range.start as u64 })?;
                Ok(0)
            }
            Shape::Other => {
                let rewritten = match std::str::from_utf8(bytes) {
                    Ok(_) => self.this.search(range.start, bytes)?,
                    Err(_) => self.this.sniff(range.start, bytes)?,
                };
                Ok(rewritten.map_or(0, |rewritten| self.patches.push(range, rewritten)))
            }
        }
    }

    /// Reads the fields of a message.
    fn fields(
        &mut self,
        range: Range<usize>,
        depth: usize,
        doubts: usize,
    ) -> Result<isize, Blocked> {
        let bytes = self.message.get(range.clone()).unwrap_or_default();
        let within = |part: Range<usize>| range.start + part.start..range.start + part.end;
        let mut longer = 0;
        for field in Fields::of(bytes, DEPTH.saturating_sub(depth)).flatten() {
            let (length, content) = (within(field.length), within(field.content));
            let slot = self.patches.reserve(length.clone());
            let by = self.content(content.clone(), depth + 1, doubts)?;
            longer += self.patches.settle(slot, length, content.len(), by);
        }
        Ok(longer)
    }

    /// Reads as a text what was read as a message, and may have been changed from the `first` of
    /// these changes on.
    fn again(
        &mut self,
        first: usize,
        range: Range<usize>,
        longer: isize,
    ) -> Result<isize, Blocked> {
        let changed = (self.patches.len() > first)
            .then(|| self.patches.apply(first, self.message, range.clone()));
        let text = match &changed {
            Some(changed) => changed,
            None => self.message.get(range.clone()).unwrap_or_default(),
        };
        match self.this.search(range.start, text)? {
            Some(rewritten) => Ok(self.patches.replace(first, range, rewritten)),
            None => Ok(longer),
        }
    }
}

/// The text, which begins at `begin` for those who made these edits of it.
fn edited(begin: u64, text: &[u8], edits: impl Iterator<Item = Edit>) -> Vec<u8> {
    let place = |offset: u64| usize::try_from(offset.saturating_sub(begin)).unwrap_or(usize::MAX);
    let piece = |from, to| text.get(from..to).unwrap_or_default();
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    for edit in edits {
        let (start, end) = (place(edit.start), place(edit.end));
        out.extend_from_slice(piece(at, start));
        out.extend_from_slice(&edit.text);
        for (from, to) in edit.kept {
            out.extend_from_slice(piece(place(from), place(to)));
        }
        at = end;
    }
    out.extend_from_slice(piece(at, text.len()));
    out
}

/// Whether bytes that may be a message or a text are likelier to be a message: its first number is
/// below 8, where a text would begin with a blank, a digit or a sign.
fn begins_like_a_message(bytes: &[u8]) -> bool {
    bytes.first().is_some_and(|byte| byte.is_ascii() && !byte.is_ascii_alphabetic())
}

/// Whether a text is JSON, as a payload that claims to be text would be taken for it.
fn is_json(text: &[u8]) -> bool {
    let first = text.trim_ascii_start().first();
    // Most texts begin otherwise, and need no closer look.
    matches!(first, Some(b'{' | b'[' | b'"' | 0x1e | 0xef))
        && Content::of(Some("text/plain"), text) == Content::Json
}

/// Levels of messages and groups in one another: what readers of protobuf in C++, Go and Java
/// allow unless they are told otherwise is 100 and more, so nobody sends that many.
pub(super) const DEPTH: usize = 100;

/// Levels of content in one another that may be a message and a text. Each costs two searches of
/// its own; a legible message in one has at most 126 bytes or at least some hundred thousand, since
/// other lengths cannot be written in legible bytes.
pub(super) const DOUBTS: usize = 4;
