//! One request head, line by line: for the gate as it arrives, and whole for a reader.

use super::field::Field;
use super::limits::GateLimits;
use super::line::{Fault, Lines};
use super::octet;
use super::refusal::Refusal;
use super::request_line::RequestLine;
use super::rules::{Message, Rules};

pub use super::request_line::{MAX_METHOD, Version};
pub use super::rules::Body;

/// A good head, as it was sent.
#[derive(Clone, PartialEq, Eq)]
pub struct Head<'a> {
    /// The method.
    pub method: &'a str,
    /// The request target in the form in which it was sent.
    pub target: &'a str,
    /// The version.
    pub version: Version,
    /// The fields in order: name in the sender's case, value without white space around it.
    pub fields: Vec<(&'a str, &'a [u8])>,
    /// How the end of the body is found.
    pub body: Body,
    /// Whether the request asks for another protocol, with all that this takes.
    pub upgrade: bool,
}

/// Reads the head at the front of `bytes`, by the rules of the gate. Also says how many
/// bytes it takes up; the body begins there.
///
/// ```
/// use cloakroom::framing::{GateLimits, Refusal, head};
///
/// let limits = GateLimits { head_bytes: 4096, head_fields: 8, line_bytes: 512, body_bytes: 64 };
/// let request = b"GET /chat HTTP/1.1\r\nHost: chat.example.org\r\n\r\n";
/// let (read, length) = head::read(request, &limits)?;
/// assert_eq!((read.target, length), ("/chat", request.len()));
///
/// let request = b"GET /chat HTTP/1.1\nHost: chat.example.org\n\n";
/// assert_eq!(head::read(request, &limits).unwrap_err(), Refusal::LineEnd);
/// # Ok::<(), Refusal>(())
/// ```
pub fn read<'a>(bytes: &'a [u8], limits: &GateLimits) -> Result<(Head<'a>, usize), Refusal> {
    let mut request = None;
    let mut fields = Vec::new();
    let mut scan = HeadScan::default();
    let end = scan.scan(bytes, limits, &mut |line| match line {
        HeadLine::Request(line) => request = Some(line),
        HeadLine::Field(field) => fields.push(field),
    })?;
    let (Some((length, message)), Some(line)) = (end, request) else {
        return Err(Refusal::Unfinished);
    };
    let mut head = Head {
        method: text(line.method, Refusal::Method)?,
        target: text(line.target, Refusal::Target)?,
        version: line.version,
        fields: Vec::with_capacity(fields.len()),
        body: message.body,
        upgrade: message.upgrade,
    };
    for field in fields {
        head.fields.push((text(field.name, Refusal::FieldName)?, field.value));
    }
    Ok((head, length))
}

/// Target and fields are the visitor's own; only their sizes are for a log.
impl std::fmt::Debug for Head<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Head")
            .field("version", &self.version)
            .field("fields", &self.fields.len())
            .field("body", &self.body)
            .field("upgrade", &self.upgrade)
            .finish_non_exhaustive()
    }
}

/// A line of a head, given out as soon as it is found good.
pub(super) enum HeadLine<'a> {
    Request(RequestLine<'a>),
    Field(Field<'a>),
}

/// A head that is being read. It remembers how far it has looked, and copies nothing.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct HeadScan {
    lines: Lines,
    fields: usize,
    /// Set by the request line.
    rules: Option<Rules>,
    begun: bool,
}

impl HeadScan {
    /// Whether a byte of the request line was seen. An empty line before it is none.
    pub(super) fn begun(&self) -> bool {
        self.begun
    }

    /// Reads on in a head whose first byte is the first of `bytes`, and says where it ends
    /// once it is whole and good.
    pub(super) fn scan<'a>(
        &mut self,
        bytes: &'a [u8],
        limits: &GateLimits,
        each: &mut impl FnMut(HeadLine<'a>),
    ) -> Result<Option<(usize, Message)>, Refusal> {
        if !self.begun && !self.begin(bytes)? {
            return Ok(None);
        }
        let mut rules = match self.rules {
            Some(rules) => rules,
            None => {
                let start = self.lines.start();
                let limit = start.saturating_add(limits.line_bytes).min(limits.head_bytes);
                let line = match self.lines.next(bytes, limit) {
                    Ok(Some(line)) => RequestLine::parse(line)?,
                    Ok(None) => return Ok(None),
                    Err(Fault::LineEnd) => return Err(Refusal::LineEnd),
                    Err(Fault::Control) => return Err(Refusal::Control),
                    Err(Fault::TooLong) => return Err(Refusal::RequestLineTooLong),
                };
                each(HeadLine::Request(line));
                Rules::new(&line, start)
            }
        };
        let found = self.fields(bytes, limits, &mut rules, each);
        self.rules = Some(rules);
        found
    }

    fn fields<'a>(
        &mut self,
        bytes: &'a [u8],
        limits: &GateLimits,
        rules: &mut Rules,
        each: &mut impl FnMut(HeadLine<'a>),
    ) -> Result<Option<(usize, Message)>, Refusal> {
        loop {
            let limit = self.lines.start().saturating_add(limits.line_bytes);
            let line = match self.lines.next(bytes, limit.min(limits.head_bytes)) {
                Ok(Some(line)) => line,
                Ok(None) => return Ok(None),
                Err(Fault::LineEnd) => return Err(Refusal::LineEnd),
                Err(Fault::Control) => return Err(Refusal::Control),
                Err(Fault::TooLong) if limit < limits.head_bytes => {
                    return Err(Refusal::FieldTooLong);
                }
                Err(Fault::TooLong) => return Err(Refusal::HeadTooLong),
            };
            if line.is_empty() {
                return Ok(Some((self.lines.start(), rules.finish(limits)?)));
            }
            if self.fields == limits.head_fields {
                return Err(Refusal::TooManyFields);
            }
            self.fields += 1;
            let field = Field::parse(line)?;
            rules.admit(bytes, &field)?;
            each(HeadLine::Field(field));
        }
    }

    /// Whether a request line has begun. One empty line before it is skipped, as RFC 9112
    /// §2.2 asks (old clients sent one behind a body); one is enough for them.
    ///
    /// The first byte decides at once, so that a client that speaks TLS or anything else
    /// here is told so, and does not wait for its time-out.
    fn begin(&mut self, bytes: &[u8]) -> Result<bool, Refusal> {
        let rest = match bytes {
            [] | [b'\r'] => return Ok(false),
            [b'\r', b'\n', rest @ ..] => {
                self.lines = Lines::from(2);
                rest
            }
            _ => bytes,
        };
        match rest {
            [] => Ok(false),
            [b'\r' | b'\n', ..] => Err(Refusal::LineEnd),
            [first, ..] if octet::is_token(*first) => {
                self.begun = true;
                Ok(true)
            }
            _ => Err(Refusal::Method),
        }
    }
}

/// All that the rules let into a method, a target or a name is ASCII.
fn text(bytes: &[u8], refusal: Refusal) -> Result<&str, Refusal> {
    std::str::from_utf8(bytes).map_err(|_| refusal)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_is_read_as_it_was_sent() {
        let bytes = b"\r\nPOST /a?b HTTP/1.1\r\nhOST: a.example\r\nX: \xff \r\nX:\r\nContent-Length: 3\r\n\r\nabc";
        let (head, length) = read(bytes, &LIMITS).unwrap();
        assert_eq!((head.method, head.target, head.version), ("POST", "/a?b", Version::Http11));
        let fields: [(&str, &[u8]); 4] =
            [("hOST", b"a.example"), ("X", b"\xff"), ("X", b""), ("Content-Length", b"3")];
        assert_eq!(head.fields, fields);
        assert_eq!((head.body, head.upgrade), (Body::Length(3), false));
        assert_eq!(bytes.get(length..), Some(&b"abc"[..]));
        assert!(!format!("{head:?}").contains("example"));
    }

    #[test]
    fn limits_bind_before_the_line_is_there() {
        let fill = |n| "a".repeat(n);
        check(&format!("GET /{}", fill(59)), Refusal::RequestLineTooLong);
        check(&format!("GET /{}", fill(58)), Refusal::Unfinished);
        check(&format!("{HOST}X: {}", fill(61)), Refusal::FieldTooLong);
        check(&format!("{HOST}X: {}", fill(60)), Refusal::Unfinished);
        check(&format!("{HOST}{0}{0}{0}", format!("X: {}\r\n", fill(55))), Refusal::HeadTooLong);
        check(&format!("{HOST}{}", "X: a\r\n".repeat(4)), Refusal::TooManyFields);
        check(&format!("{HOST}{}", "X: a\r\n".repeat(3)), Refusal::Unfinished);
    }

    #[test]
    fn what_stands_before_a_request_line() {
        check("\r\n\r\nGET / HTTP/1.1\r\n", Refusal::LineEnd);
        check("\nGET / HTTP/1.1\r\n", Refusal::LineEnd);
        check("\rGET / HTTP/1.1\r\n", Refusal::LineEnd);
        check(" GET / HTTP/1.1\r\n", Refusal::Method);
        check("\x16\x03\x01", Refusal::Method);
        check("", Refusal::Unfinished);
        check("\r\n", Refusal::Unfinished);
    }

    #[track_caller]
    fn check(text: &str, expected: Refusal) {
        assert_eq!(read(text.as_bytes(), &LIMITS).unwrap_err(), expected, "{text:?}");
    }

    const HOST: &str = "GET / HTTP/1.1\r\nHost: a\r\n";
    const LIMITS: GateLimits =
        GateLimits { head_bytes: 200, head_fields: 4, line_bytes: 64, body_bytes: 1000 };
}
