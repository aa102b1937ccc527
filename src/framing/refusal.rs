//! Everything for which a request stream is refused, with its status and its name.

use std::fmt;

/// Why the stream ends here. It names a rule, never a byte of the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refusal {
    /// A CR without LF, or an LF without CR, in a head.
    LineEnd,
    /// Another control byte than HTAB in a head.
    Control,
    /// The method is no token, or longer than [`MAX_METHOD`](super::head::MAX_METHOD).
    Method,
    /// CONNECT or TRACE.
    MethodNotAllowed,
    /// The request line is not three parts with one space between each.
    RequestLine,
    /// The request target is in no form that this method may have.
    Target,
    /// The version is not spelt `HTTP/` digit `.` digit.
    Version,
    /// The version is neither HTTP/1.0 nor HTTP/1.1.
    VersionUnsupported,
    /// The request line is over its limit.
    RequestLineTooLong,
    /// A field line is over its limit.
    FieldTooLong,
    /// The head is over its limit.
    HeadTooLong,
    /// The head has too many fields.
    TooManyFields,
    /// A line begins with white space (obs-fold).
    Folded,
    /// A field name is no token with a colon right behind it.
    FieldName,
    /// HTTP/1.1 without Host.
    HostMissing,
    /// More than one Host, equal or not.
    HostRepeated,
    /// The value of Host is no `host[:port]`.
    Host,
    /// The target names another host than Host does.
    HostConflict,
    /// Content-Length is no plain decimal number.
    Length,
    /// More than one Content-Length, equal or not.
    LengthRepeated,
    /// Content-Length beside Transfer-Encoding.
    LengthAndCoding,
    /// Transfer-Encoding is malformed, or does not end in one `chunked`.
    Coding,
    /// Transfer-Encoding is well-formed and names a coding besides `chunked`.
    CodingUnsupported,
    /// More than one Transfer-Encoding.
    CodingRepeated,
    /// Transfer-Encoding in HTTP/1.0.
    CodingInHttp10,
    /// A field that some backends read as one of the two framing fields.
    LookAlike,
    /// Expect asks for something other than `100-continue`.
    Expectation,
    /// Content-Length is over the limit for bodies.
    BodyTooLarge,
    /// The stream ended inside a head.
    Unfinished,
    /// A chunk size is no hexadecimal number of at most 16 digits.
    ChunkSize,
    /// A chunk extension is malformed.
    ChunkExtension,
    /// A chunk-size line, or all chunk extensions of a body together, are over their limit.
    ChunkExtensionsTooLong,
    /// A control byte, or a CR or LF that is no CRLF, in a chunk-size line or a trailer.
    ChunkLine,
    /// Chunk data is not followed by CRLF.
    ChunkEnd,
    /// The chunks are over the limit for bodies.
    ChunksTooLarge,
    /// A trailer is no field line.
    Trailer,
    /// A trailer that only means something in a head.
    TrailerForbidden,
    /// The trailer section is over its limit.
    TrailersTooLarge,
    /// The stream ended inside a body.
    UnfinishedBody,
}

impl Refusal {
    /// The status of the answer. Inside a body it can be given only where the head's own
    /// answer is not yet on its way.
    pub fn status(self) -> u16 {
        self.row().1
    }

    /// A stable name for logs and counters.
    pub fn name(self) -> &'static str {
        self.row().0
    }

    /// Whether the head of the message is already released: then the stream is cut and the
    /// message never ends. Otherwise no byte of the message was released.
    pub fn in_body(self) -> bool {
        matches!(
            self,
            Self::ChunkSize
                | Self::ChunkExtension
                | Self::ChunkExtensionsTooLong
                | Self::ChunkLine
                | Self::ChunkEnd
                | Self::ChunksTooLarge
                | Self::Trailer
                | Self::TrailerForbidden
                | Self::TrailersTooLarge
                | Self::UnfinishedBody
        )
    }

    fn row(self) -> (&'static str, u16, &'static str) {
        match self {
            Self::LineEnd => ("line-end", 400, "a line of the head does not end in CRLF"),
            Self::Control => ("control", 400, "the head holds a control byte"),
            Self::Method => ("method", 400, "the method is no token"),
            Self::MethodNotAllowed => ("method-not-allowed", 405, "the method is not served"),
            Self::RequestLine => ("request-line", 400, "the request line has not three parts"),
            Self::Target => ("target", 400, "the request target has no permitted form"),
            Self::Version => ("version", 400, "the HTTP version is malformed"),
            Self::VersionUnsupported => {
                ("version-unsupported", 505, "the HTTP version is not served here")
            }
            Self::RequestLineTooLong => {
                ("request-line-too-long", 414, "the request line is too long")
            }
            Self::FieldTooLong => ("field-too-long", 431, "a field of the head is too long"),
            Self::HeadTooLong => ("head-too-long", 431, "the head is too long"),
            Self::TooManyFields => ("too-many-fields", 431, "the head has too many fields"),
            Self::Folded => ("folded", 400, "a line of the head begins with white space"),
            Self::FieldName => ("field-name", 400, "a field name is malformed"),
            Self::HostMissing => ("host-missing", 400, "Host is missing"),
            Self::HostRepeated => ("host-repeated", 400, "Host is there more than once"),
            Self::Host => ("host", 400, "Host is malformed"),
            Self::HostConflict => ("host-conflict", 400, "the target and Host disagree"),
            Self::Length => ("length", 400, "Content-Length is malformed"),
            Self::LengthRepeated => {
                ("length-repeated", 400, "Content-Length is there more than once")
            }
            Self::LengthAndCoding => {
                ("length-and-coding", 400, "Content-Length beside Transfer-Encoding")
            }
            Self::Coding => ("coding", 400, "Transfer-Encoding is malformed"),
            Self::CodingUnsupported => {
                ("coding-unsupported", 501, "Transfer-Encoding names more than chunked")
            }
            Self::CodingRepeated => {
                ("coding-repeated", 400, "Transfer-Encoding is there more than once")
            }
            Self::CodingInHttp10 => ("coding-in-http10", 400, "Transfer-Encoding in HTTP/1.0"),
            Self::LookAlike => ("look-alike", 400, "a field name looks like a framing field"),
            Self::Expectation => ("expectation", 417, "Expect asks for something unknown"),
            Self::BodyTooLarge => ("body-too-large", 413, "the body is too large"),
            Self::Unfinished => ("unfinished", 400, "the stream ended inside a head"),
            Self::ChunkSize => ("chunk-size", 400, "a chunk size is malformed"),
            Self::ChunkExtension => ("chunk-extension", 400, "a chunk extension is malformed"),
            Self::ChunkExtensionsTooLong => {
                ("chunk-extensions-too-long", 400, "chunk extensions are too long")
            }
            Self::ChunkLine => ("chunk-line", 400, "a line of the chunked body is no clean line"),
            Self::ChunkEnd => ("chunk-end", 400, "chunk data is not followed by CRLF"),
            Self::ChunksTooLarge => ("chunks-too-large", 413, "the chunks are too large"),
            Self::Trailer => ("trailer", 400, "a trailer is malformed"),
            Self::TrailerForbidden => {
                ("trailer-forbidden", 400, "a trailer that belongs into a head")
            }
            Self::TrailersTooLarge => ("trailers-too-large", 431, "the trailers are too large"),
            Self::UnfinishedBody => ("unfinished-body", 400, "the stream ended inside a body"),
        }
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.row().2)
    }
}

impl std::error::Error for Refusal {}
