//! What stands at the beginning of some raw text? The answer of all who read one escape.

/// What stands at the beginning of a text. A number is how many raw bytes it takes, at least one.
///
/// Whoever reads a step is asked about a text that may still grow, and may only decide what no
/// further byte can change: then nothing depends on how the text was cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// More bytes decide.
    Cut,
    /// One byte of the text, which may be a part of a character.
    Byte(u8, usize),
    /// A whole character.
    Char(char, usize),
    /// No text.
    Markup(Markup, usize),
}

/// What is no text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Markup {
    /// A tag, or its beginning up to the byte behind its name.
    Tag {
        /// Whether it stands within a line, so that what is around it reads as one.
        inline: bool,
        /// Whether more of it follows.
        open: bool,
    },
    /// `<!--`: what follows is a comment.
    Comment,
    /// `<![CDATA[`: what follows is text.
    SectionBegin,
    /// `]]>`
    SectionEnd,
}

impl Step {
    /// What began with `byte` and was cut: at the `last` of a text it is the byte itself.
    pub(super) fn cut(last: bool, byte: u8) -> Self {
        if last { Self::Byte(byte, 1) } else { Self::Cut }
    }
}
