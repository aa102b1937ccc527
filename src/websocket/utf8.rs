//! Can what came so far become UTF-8?

/// The end of a text that comes in pieces: a character that is not whole yet.
#[derive(Clone, Copy, Default)]
pub(super) struct Utf8 {
    open: [u8; 4],
    held: u8,
}

impl Utf8 {
    /// How many bytes of the next piece are good. If that is not all of them, the byte behind
    /// them is the first with which the text cannot be UTF-8 any more, whatever follows; no
    /// piece may come after that.
    pub(super) fn check(&mut self, piece: &[u8]) -> usize {
        let mut past = 0;
        while self.held > 0 {
            let Some(&byte) = piece.get(past) else { return past };
            if !self.close_with(byte) {
                return past;
            }
            past += 1;
        }
        let rest = piece.get(past..).unwrap_or_default();
        let Err(error) = str::from_utf8(rest) else { return piece.len() };
        let tail = rest.get(error.valid_up_to()..).unwrap_or_default();
        match error.error_len() {
            None => {
                for (slot, byte) in self.open.iter_mut().zip(tail) {
                    *slot = *byte;
                    self.held += 1;
                }
                piece.len()
            }
            // What is counted are the bytes before the wrong one, unless the very first is.
            Some(wrong) => {
                let led = tail.first().is_some_and(|byte| (0xc2..=0xf4).contains(byte));
                past + error.valid_up_to() + if led { wrong } else { 0 }
            }
        }
    }

    /// Whether no character is open.
    pub(super) fn is_complete(self) -> bool {
        self.held == 0
    }

    /// Adds a byte to the character that is open; `false` if it cannot stand there.
    fn close_with(&mut self, byte: u8) -> bool {
        let held = usize::from(self.held);
        let Some(slot) = self.open.get_mut(held) else { return false };
        *slot = byte;
        match str::from_utf8(self.open.get(..=held).unwrap_or_default()) {
            Ok(_) => self.held = 0,
            Err(error) if error.error_len().is_none() => self.held += 1,
            Err(_) => return false,
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_good_to_its_end() {
        for text in ["", "a", "Grüße", "κόσμε", "\u{7ff}\u{800}\u{ffff}\u{10000}\u{10ffff}", "€😀é"]
        {
            check(text.as_bytes(), Ok(true));
        }
    }

    #[test]
    fn an_open_character_may_still_be_closed() {
        for text in ["é", "€", "😀"] {
            for cut in 1..text.len() {
                check(&[b"ab".as_slice(), &text.as_bytes()[..cut]].concat(), Ok(false));
            }
        }
    }

    #[test]
    fn the_first_byte_that_makes_it_certain_is_named() {
        for (bytes, good) in [
            (b"\xff".as_slice(), 0),
            (b"ab\x80", 2),
            (b"ab\xc0\xaf", 2),
            (b"ab\xc1\x80", 2),
            (b"ab\xc3(", 3),
            (b"ab\xe0\x80\x80", 3),
            (b"ab\xe2\x82(", 4),
            (b"ab\xed\xa0\x80", 3),
            (b"ab\xf0\x8f\xbf\xbf", 3),
            (b"ab\xf4\x90\x80\x80", 3),
            (b"ab\xf0\x9f\x98(", 5),
            (b"ab\xf5\x80\x80\x80", 2),
            (b"\xc3\xa9\xc3\xc3\xa9", 3),
            // Autobahn 6.4.1: a good text, then a code point behind the last one.
            (b"\xce\xba\xe1\xbd\xb9\xcf\x83\xce\xbc\xce\xb5\xf4\x90\x80\x80edited", 12),
        ] {
            check(bytes, Err(good));
        }
    }

    /// Against the library's own check, for every sequence of two bytes within text.
    #[test]
    fn it_agrees_with_the_standard_library() {
        for first in 0..=255u8 {
            for second in 0..=255u8 {
                let bytes = [b'a', first, second, 0x80, b'b'];
                let whole = str::from_utf8(&bytes).is_ok();
                let mut text = Utf8::default();
                let good = text.check(&bytes) == bytes.len() && text.is_complete();
                assert_eq!(good, whole, "{first:x} {second:x}");
            }
        }
    }

    /// Whether the text is complete, or how many bytes are good.
    #[track_caller]
    fn check(bytes: &[u8], expected: Result<bool, usize>) {
        for cut in 0..=bytes.len() {
            let (left, right) = bytes.split_at(cut);
            assert_eq!(run([left, right]), expected, "{bytes:x?} cut at {cut}");
        }
        assert_eq!(run(bytes.chunks(1)), expected, "{bytes:x?} byte by byte");
    }

    fn run<'a>(pieces: impl IntoIterator<Item = &'a [u8]>) -> Result<bool, usize> {
        let (mut text, mut past) = (Utf8::default(), 0);
        for piece in pieces {
            let good = text.check(piece);
            past += good;
            if good < piece.len() {
                return Err(past);
            }
        }
        Ok(text.is_complete())
    }
}
