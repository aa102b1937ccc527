//! Which fields does a message divide into, if it is one? The wire format of protobuf
//! (protobuf.dev, "Encoding"), without a schema.

use std::ops::Range;

/// What bytes are that may be a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Shape {
    /// They divide into fields, to the last one.
    Message,
    /// They do, with more groups in one another than are looked into.
    TooDeep,
    /// They do not.
    Other,
}

/// What these bytes are, if groups may stand in one another to this `depth`.
pub(super) fn shape(bytes: &[u8], depth: usize) -> Shape {
    let mut fields = Fields::of(bytes, depth);
    if fields.by_ref().any(|field| field.is_err()) || fields.open > 0 {
        return Shape::Other;
    }
    if fields.is_too_deep { Shape::TooDeep } else { Shape::Message }
}

/// A field with content of some length: a message, a string, bytes, packed numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Field {
    /// Where its length stands.
    pub(super) length: Range<usize>,
    /// Where its content stands.
    pub(super) content: Range<usize>,
}

/// These bytes do not divide into fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct NoMessage;

/// The fields of a message that have content; numbers are passed over. Fields in groups are
/// among them: a group has no length, so nothing around them depends on theirs.
#[derive(Debug)]
pub(super) struct Fields<'a> {
    bytes: &'a [u8],
    at: usize,
    depth: usize,
    /// The numbers of the groups that are open, as far as `depth` reaches.
    groups: Vec<u64>,
    /// How many are open.
    open: usize,
    is_too_deep: bool,
}

impl<'a> Fields<'a> {
    /// The fields of these bytes, of which groups stand in one another to this `depth`.
    pub(super) fn of(bytes: &'a [u8], depth: usize) -> Self {
        Self { bytes, at: 0, depth, groups: Vec::new(), open: 0, is_too_deep: false }
    }

    /// Passes over what has no content; the next that has some, or the end.
    fn step(&mut self) -> Result<Option<Field>, NoMessage> {
        while self.at < self.bytes.len() {
            let tag = self.varint()?;
            let number = tag >> 3;
            if number == 0 || number > LAST {
                return Err(NoMessage);
            }
            match tag & 7 {
                0 => drop(self.varint()?),
                1 => self.skip(8)?,
                2 => {
                    let from = self.at;
                    let length = usize::try_from(self.varint()?).map_err(|_| NoMessage)?;
                    let content = self.at;
                    self.skip(length)?;
                    return Ok(Some(Field { length: from..content, content: content..self.at }));
                }
                3 => self.open(number),
                4 => self.close(number)?,
                5 => self.skip(4)?,
                _ => return Err(NoMessage),
            }
        }
        Ok(None)
    }

    fn open(&mut self, number: u64) {
        self.open += 1;
        if self.open <= self.depth {
            self.groups.push(number);
        } else {
            // It is counted, and not remembered: whoever opens a million gets no memory for it.
            self.is_too_deep = true;
        }
    }

    fn close(&mut self, number: u64) -> Result<(), NoMessage> {
        let is_remembered = self.open <= self.depth;
        self.open = self.open.checked_sub(1).ok_or(NoMessage)?;
        if is_remembered && self.groups.pop() != Some(number) {
            return Err(NoMessage);
        }
        Ok(())
    }

    fn skip(&mut self, bytes: usize) -> Result<(), NoMessage> {
        let end = self.at.checked_add(bytes).filter(|end| *end <= self.bytes.len());
        self.at = end.ok_or(NoMessage)?;
        Ok(())
    }

    /// Ten bytes at most; bits beyond 64 are dropped, as most readers do.
    fn varint(&mut self) -> Result<u64, NoMessage> {
        let mut value = 0;
        for (index, byte) in self.bytes.iter().skip(self.at).take(LONGEST).enumerate() {
            value |= u64::from(byte & 0x7f) << (7 * index);
            if byte & 0x80 == 0 {
                self.at += index + 1;
                return Ok(value);
            }
        }
        Err(NoMessage)
    }
}

impl Iterator for Fields<'_> {
    type Item = Result<Field, NoMessage>;

    fn next(&mut self) -> Option<Self::Item> {
        self.step().transpose()
    }
}

/// Writes a length as short as it can be.
pub(super) fn push_varint(mut value: usize, out: &mut Vec<u8>) {
    loop {
        let [low, ..] = value.to_le_bytes();
        value >>= 7;
        if value == 0 {
            return out.push(low & 0x7f);
        }
        out.push(low | 0x80);
    }
}

/// The last number that a field can have: 2^29 - 1.
const LAST: u64 = (1 << 29) - 1;

/// Bytes of a varint: 64 bits, seven a byte.
const LONGEST: usize = 10;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_divide_into_fields_or_do_not() {
        use Shape::{Message, Other, TooDeep};
        for (bytes, expected) in [
            (&b""[..], Message),
            (b"\x08\x96\x01", Message),
            (b"\x12\x07testing", Message),
            (b"\x09\x01\x02\x03\x04\x05\x06\x07\x08\x0d\x01\x02\x03\x04", Message),
            (b"\x0b\x08\x01\x0c", Message),
            (b"\x0b\x13\x14\x0c", Message),
            // Varints that are longer than they need to be.
            (b"\x88\x80\x00\x81\x00\x92\x00\x81\x80\x80\x00a", Message),
            (b"\x08\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", Message),
            (b"\xf8\xff\xff\xff\x0f\x01", Message),
            (b"\x08", Other),
            (b"\x08\x80", Other),
            (b"\x08\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x01", Other),
            (b"\x09\x01", Other),
            (b"\x0d\x01", Other),
            (b"\x12\x08testing", Other),
            (b"\x12\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", Other),
            // Number 0, a number beyond the last, wire types that there are not.
            (b"\x00\x01", Other),
            (b"\x80\x80\x80\x80\x10\x01", Other),
            (b"\x0e", Other),
            (b"\x0f", Other),
            // Groups that do not close, or that never began.
            (b"\x0b", Other),
            (b"\x0c", Other),
            (b"\x0b\x14", Other),
            (b"\x0b\x13\x0c\x14", Other),
            (b"\x0b\x0b\x0b\x0c\x0c\x0c", TooDeep),
            (b"\x0b\x0b\x0b\x0c\x0c", Other),
        ] {
            assert_eq!(shape(bytes, 2), expected, "{bytes:?}");
        }
    }

    #[test]
    fn content_is_found_in_groups_too() {
        let bytes = b"\x08\x01\x0a\x01a\x0b\x92\x00\x82\x00bc\x0c\x1a\x00";
        let fields: Result<Vec<_>, _> = Fields::of(bytes, 2).collect();
        let fields = fields.unwrap().into_iter().map(|field| (field.length, field.content));
        let expected = [(3..4, 4..5), (8..10, 10..12), (14..15, 15..15)];
        assert_eq!(fields.collect::<Vec<_>>(), expected);
    }

    #[test]
    fn a_length_is_written_as_short_as_it_can_be() {
        for (value, expected) in [
            (0, &[0][..]),
            (127, &[127]),
            (128, &[0x80, 1]),
            (16_383, &[0xff, 0x7f]),
            (16_384, &[0x80, 0x80, 1]),
        ] {
            let mut out = Vec::new();
            push_varint(value, &mut out);
            assert_eq!(out, expected);
        }
    }
}
