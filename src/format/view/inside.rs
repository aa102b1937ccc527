//! Where does a tag or a comment end? Walks what is inside of it, and keeps none of it.
//!
//! ```text
//! <a title = "1 > 0" >      inside: attributes; after `=` a value, which may hold `>` in quotes
//! <!-- a > b -->            a comment ends with `-->`
//! ```

use super::tag::is_blank;
use memchr::memchr;

/// A tag or comment that has begun.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inside {
    place: Place,
    /// How many bytes of it are known.
    length: usize,
}

/// Why [`Inside::read`] stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stop {
    /// The bytes are at their end.
    Cut,
    /// The tag is at its end.
    Closed,
    /// The limit is reached.
    Full,
}

/// What is expected next.
#[derive(Clone, Copy, Debug)]
enum Place {
    /// An attribute's name, or the end.
    Attributes,
    /// An attribute's value.
    Equals,
    /// More of a value without quotes.
    Bare,
    /// More of a value in these quotes.
    Quoted(u8),
    /// More of a comment, which ended in so many `-`: two and more are two.
    Comment(usize),
}

impl Inside {
    /// A tag whose first `length` bytes were read.
    pub(super) fn tag(length: usize) -> Self {
        Self { place: Place::Attributes, length }
    }

    /// A comment whose first `length` bytes were read. `<!-->` ends it too (HTML, §13.2.5.43).
    pub(super) fn comment(length: usize) -> Self {
        Self { place: Place::Comment(2), length }
    }

    /// Reads on, until the tag is over or `limit` bytes long. Returns how many bytes were read.
    pub(super) fn read(&mut self, bytes: &[u8], limit: usize) -> (usize, Stop) {
        let left = limit.saturating_sub(self.length);
        let bytes = bytes.get(..left).unwrap_or(bytes);
        let (read, closed) = self.find_end(bytes);
        self.length += read;
        match closed {
            true => (read, Stop::Closed),
            false if self.length >= limit => (read, Stop::Full),
            false => (read, Stop::Cut),
        }
    }

    fn find_end(&mut self, bytes: &[u8]) -> (usize, bool) {
        let mut at = 0;
        while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
            let (read, closed) = self.stretch(rest);
            at += read;
            if closed {
                return (at, true);
            }
        }
        (at, false)
    }

    /// Reads the next byte, or as many as are alike; and whether the tag is over. There is one.
    fn stretch(&mut self, rest: &[u8]) -> (usize, bool) {
        let byte = rest.first().copied().unwrap_or_default();
        match self.place {
            Place::Attributes if byte == b'=' => self.place = Place::Equals,
            Place::Equals if is_blank(byte) => {}
            Place::Equals if matches!(byte, b'"' | b'\'') => self.place = Place::Quoted(byte),
            Place::Equals => self.place = Place::Bare,
            Place::Bare if is_blank(byte) => self.place = Place::Attributes,
            Place::Attributes | Place::Bare => {}
            Place::Quoted(quote) => {
                let end = memchr(quote, rest);
                if end.is_some() {
                    self.place = Place::Attributes;
                }
                return (end.map_or(rest.len(), |end| end + 1), false);
            }
            Place::Comment(dashes) => {
                let end = memchr(b'>', rest);
                let words = end.and_then(|end| rest.get(..end)).unwrap_or(rest);
                let trailing = words.iter().rev().take(2).take_while(|&&byte| byte == b'-').count();
                let before = if trailing == words.len() { dashes } else { 0 };
                let dashes = (before + trailing).min(2);
                self.place = Place::Comment(if end.is_some() { 0 } else { dashes });
                return (words.len() + usize::from(end.is_some()), end.is_some() && dashes == 2);
            }
        }
        (1, byte == b'>')
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_ends_outside_of_its_values() {
        check(">", Inside::tag(0));
        check("href=x>", Inside::tag(0));
        check("title=\"1 > 0\" x = '>\">' >", Inside::tag(0));
        check("title=\"\">", Inside::tag(0));
        check("/>", Inside::tag(0));
        check("x=>", Inside::tag(0));
        check("don't>", Inside::tag(0));
        check("x=a=\"b>", Inside::tag(0));
        check("x y=1 'z>", Inside::tag(0));
    }

    #[test]
    fn a_comment_ends_with_two_dashes_and_more() {
        check(">", Inside::comment(0));
        check("->", Inside::comment(0));
        check("-->", Inside::comment(0));
        check(" a > b - -> c -- d --->", Inside::comment(0));
    }

    #[test]
    fn it_is_read_up_to_the_limit() {
        let mut inside = Inside::tag(3);
        assert_eq!(inside.read(b"abc", 8), (3, Stop::Cut));
        assert_eq!(inside.read(b"abc", 8), (2, Stop::Full));
        assert_eq!(inside.read(b"c>>", 16), (2, Stop::Closed));
        let mut inside = Inside::tag(3);
        assert_eq!(inside.read(b"a>", 5), (2, Stop::Closed), "it just fits");
    }

    /// The last byte, and no other, ends it.
    #[track_caller]
    fn check(bytes: &str, begun: Inside) {
        let bytes = bytes.as_bytes();
        for cut in 0..bytes.len() {
            let (head, tail) = bytes.split_at(cut);
            let mut inside = begun;
            assert_eq!(inside.read(head, 1_000), (cut, Stop::Cut), "cut at {cut}");
            assert_eq!(inside.read(tail, 1_000), (tail.len(), Stop::Closed), "cut at {cut}");
        }
        let mut inside = begun;
        let closed: Vec<_> = bytes.iter().map(|&byte| inside.read(&[byte], 1_000).1).collect();
        assert_eq!(closed.iter().position(|&stop| stop == Stop::Closed), Some(bytes.len() - 1));
    }
}
