//! How is a path written? What an operator types becomes steps, or an error that says what was
//! expected and where.

use std::fmt;

/// A way to a place of a payload. The [module](super) shows how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Path(pub(super) Way);

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// A key at any depth, in any of the styles in which names are written: [`fold`] of it.
    Anywhere(Box<[u8]>),
    /// Step by step from the top of the payload.
    Steps(Vec<Step>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Step {
    /// Whether any number of levels may lie before it.
    pub(super) descent: bool,
    pub(super) to: To,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum To {
    Name(Box<[u8]>),
    AnyName,
    Index(u64),
    AnyIndex,
    /// The elements of an array that are objects with this member.
    Where(Member),
}

/// A member of an object and what stands there, both decoded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Member {
    pub(super) name: Box<[u8]>,
    pub(super) value: Box<[u8]>,
}

/// Why a text is no path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PathError {
    /// What was expected.
    pub expected: &'static str,
    /// At which byte of the path, counted from 0.
    pub at: usize,
}

impl fmt::Display for PathError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "expected {} at byte {}", self.expected, self.at)
    }
}

impl std::error::Error for PathError {}

impl Path {
    /// Reads a path as an operator types it.
    pub fn parse(text: &str) -> Result<Self, PathError> {
        if is_bare(text) {
            let folded: Box<[u8]> = fold(text.as_bytes()).collect();
            return match folded.is_empty() {
                true => Err(PathError { expected: "a name with a letter or a digit", at: 0 }),
                false => Ok(Self(Way::Anywhere(folded))),
            };
        }
        let rest = match text.strip_prefix('$') {
            Some(rest) if rest.is_empty() || rest.starts_with(['.', '[']) => rest,
            _ => text,
        };
        let mut reader = Reader { rest, length: text.len() };
        // Only the first name of a path without `$` stands without a dot before it.
        let mut steps = match rest.len() == text.len() && !rest.starts_with(['.', '[']) {
            true => vec![Step { descent: false, to: reader.name()? }],
            false => Vec::new(),
        };
        while !reader.rest.is_empty() {
            steps.push(reader.step(!steps.is_empty() || rest.len() < text.len())?);
        }
        Ok(Self(Way::Steps(steps)))
    }
}

/// A name as the shorthand compares it: without ASCII case, `_` and `-`, so that `phoneNumber`,
/// `phone_number` and `Phone-Number` are one.
pub(super) fn fold(name: &[u8]) -> impl Iterator<Item = u8> {
    name.iter().filter(|byte| !matches!(byte, b'_' | b'-')).map(u8::to_ascii_lowercase)
}

/// Whether this is the shorthand: a name, and nothing of the syntax.
fn is_bare(text: &str) -> bool {
    !text.is_empty() && text != "$" && !text.contains(['.', '[', ']', '*'])
}

struct Reader<'a> {
    rest: &'a str,
    /// Of the whole path, so that an error can say where.
    length: usize,
}

impl Reader<'_> {
    /// `.name`, `..name` or `[…]`, also `..[…]`. A dot before the first step would say nothing.
    fn step(&mut self, dot_allowed: bool) -> Result<Step, PathError> {
        let descent = self.skip("..");
        let to = if self.rest.starts_with('[') {
            self.bracket()?
        } else if descent || (dot_allowed && self.skip(".")) {
            self.name()?
        } else {
            let expected = if dot_allowed { "`.` or `[`" } else { "a name, `..` or `[`" };
            return Err(self.expected(expected));
        };
        Ok(Step { descent, to })
    }

    fn name(&mut self) -> Result<To, PathError> {
        let end = self.rest.find(['.', '[', ']', '*']).unwrap_or(self.rest.len());
        let (name, rest) = self.rest.split_at(end);
        if name.is_empty() && self.skip("*") {
            return Ok(To::AnyName);
        }
        if name.is_empty() {
            return Err(self.expected("a name or `*`"));
        }
        self.rest = rest;
        match rest.starts_with([']', '*']) {
            true => Err(self.expected("`.`, `[` or the end (other signs stand in [\"…\"])")),
            false => Ok(To::Name(name.as_bytes().into())),
        }
    }

    fn bracket(&mut self) -> Result<To, PathError> {
        self.skip("[");
        let to = if self.skip("*") {
            To::AnyIndex
        } else if self.skip("?") {
            To::Where(self.member()?)
        } else if self.rest.starts_with(['"', '\'']) {
            To::Name(self.quoted()?)
        } else {
            To::Index(self.index()?)
        };
        match self.skip("]") {
            true => Ok(to),
            false => Err(self.expected("`]`")),
        }
    }

    /// `key=="value"`; blanks may stand around each of the three.
    fn member(&mut self) -> Result<Member, PathError> {
        self.skip_blanks();
        let name = match self.rest.starts_with(['"', '\'']) {
            true => self.quoted()?,
            false => {
                let end = self.rest.find(MEMBER_ENDS).unwrap_or(self.rest.len());
                let (name, rest) = self.rest.split_at(end);
                if name.is_empty() {
                    return Err(self.expected("the name of a member"));
                }
                self.rest = rest;
                name.as_bytes().into()
            }
        };
        self.skip_blanks();
        if !self.skip("==") {
            return Err(self.expected("`==`"));
        }
        self.skip_blanks();
        if !self.rest.starts_with(['"', '\'']) {
            return Err(self.expected("a value in quotes"));
        }
        let value = self.quoted()?;
        self.skip_blanks();
        Ok(Member { name, value })
    }

    fn skip_blanks(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    fn index(&mut self) -> Result<u64, PathError> {
        let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        match digits.parse() {
            Ok(index) => {
                self.rest = rest;
                Ok(index)
            }
            Err(_) => Err(self.expected("an index, `*`, `?` or a name in quotes")),
        }
    }

    /// Between quotes of either kind; a backslash takes the character behind it as it is.
    fn quoted(&mut self) -> Result<Box<[u8]>, PathError> {
        let mut name = String::new();
        let mut chars = self.rest.char_indices();
        let quote = chars.next().map(|(_, quote)| quote);
        while let Some((at, c)) = chars.next() {
            match c {
                _ if Some(c) == quote => {
                    self.rest = self.rest.get(at + c.len_utf8()..).unwrap_or_default();
                    return Ok(name.into_bytes().into());
                }
                '\\' => name.extend(chars.next().map(|(_, c)| c)),
                _ => name.push(c),
            }
        }
        self.rest = "";
        Err(self.expected("the closing quote"))
    }

    fn skip(&mut self, sign: &str) -> bool {
        let behind = self.rest.strip_prefix(sign);
        self.rest = behind.unwrap_or(self.rest);
        behind.is_some()
    }

    fn expected(&self, expected: &'static str) -> PathError {
        PathError { expected, at: self.length - self.rest.len() }
    }
}

/// Where the name of a member ends that stands without quotes: other signs need them.
const MEMBER_ENDS: [char; 11] = [' ', '=', '!', '<', '>', '.', '[', ']', '*', '(', '@'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_name_is_the_shorthand() {
        for (text, folded) in [
            ("email", "email"),
            ("phone_number", "phonenumber"),
            ("Phone-Number", "phonenumber"),
            ("Straße", "straße"),
            ("$ref", "$ref"),
            ("date of birth", "date of birth"),
        ] {
            let anywhere = Way::Anywhere(folded.as_bytes().into());
            assert_eq!(Path::parse(text), Ok(Path(anywhere)), "{text}");
        }
    }

    #[test]
    fn longer_paths_are_read_step_by_step() {
        check("contact.email", "/contact /email");
        check("messages[0].text", "/messages [0] /text");
        check("messages[*].text", "/messages [*] /text");
        check("..phone", "../phone");
        check("a..b", "/a ../b");
        check("a..*", "/a ../*");
        check("a..[2]", "/a ..[2]");
        check("..['x']", "../x");
        check("*", "/*");
        check("*.id", "/* /id");
        check("[0]", "[0]");
        check("[*][*]", "[*] [*]");
        check(r#"custom["a.b]"].c"#, "/custom /a.b] /c");
        check(r#"["say \"hi\""]"#, r#"/say "hi""#);
        check(r"['it\'s']['\\']", r"/it's /\");
        check(r#"[""]"#, "/");
        check("$", "");
        check("$.email", "/email");
        check("$..email", "../email");
        check("$[1]", "[1]");
        check("a.$.b", "/a /$ /b");
        check("$id.b", "/$id /b");
        check("[18446744073709551615]", "[18446744073709551615]");
        check(r#"customFields[?key=="address"].value"#, "/customFields [?key==address] /value");
        check("[?key=='a']", "[?key==a]");
        check("..[? 'the key' == \"it's\" ][0]", "..[?the key==it's] [0]");
        check(r#"a[?k=="\"]\\"]"#, r#"/a [?k=="]\]"#);
        check("$[?k=='']", "[?k==]");
    }

    #[test]
    fn what_is_no_path_says_what_was_expected_and_where() {
        refused("", "a name or `*`", 0);
        refused("_", "a name with a letter or a digit", 0);
        refused(".email", "a name, `..` or `[`", 0);
        refused("...email", "a name or `*`", 2);
        refused("a.", "a name or `*`", 2);
        refused("a..", "a name or `*`", 3);
        refused("a.b]", "`.`, `[` or the end (other signs stand in [\"…\"])", 3);
        refused("first*", "`.`, `[` or the end (other signs stand in [\"…\"])", 5);
        refused("*a", "`.` or `[`", 1);
        refused("a[", "an index, `*`, `?` or a name in quotes", 2);
        refused("a[]", "an index, `*`, `?` or a name in quotes", 2);
        refused("a[-1]", "an index, `*`, `?` or a name in quotes", 2);
        refused("a[?]", "the name of a member", 3);
        refused("a[?=='b']", "the name of a member", 3);
        refused("a[?@.key=='b']", "the name of a member", 3);
        refused("a[?(key=='b')]", "the name of a member", 3);
        refused("a[?key]", "`==`", 6);
        refused("a[?key='b']", "`==`", 6);
        refused("a[?key!='b']", "`==`", 6);
        refused("a[?a.b=='c']", "`==`", 4);
        refused("a[?key==]", "a value in quotes", 8);
        refused("a[?key==b]", "a value in quotes", 8);
        refused("a[?key==5]", "a value in quotes", 8);
        refused("a[?key=='b]", "the closing quote", 11);
        refused("a[?key=='b' && c=='d']", "`]`", 12);
        refused("a[18446744073709551616]", "an index, `*`, `?` or a name in quotes", 2);
        refused("a[1", "`]`", 3);
        refused("a[1].b[*", "`]`", 8);
        refused("a['b]", "the closing quote", 5);
        refused("a[0]b", "`.` or `[`", 4);
        refused("$.", "a name or `*`", 2);
        refused("über..", "a name or `*`", 7);
    }

    #[track_caller]
    fn check(text: &str, steps: &str) {
        let Path(Way::Steps(read)) = Path::parse(text).unwrap() else { panic!("{text} is bare") };
        let written: Vec<String> = read.iter().map(written).collect();
        assert_eq!(written.join(" "), steps, "{text}");
    }

    fn written(step: &Step) -> String {
        let descent = if step.descent { ".." } else { "" };
        match &step.to {
            To::Name(name) => format!("{descent}/{}", str::from_utf8(name).unwrap()),
            To::AnyName => format!("{descent}/*"),
            To::Index(index) => format!("{descent}[{index}]"),
            To::AnyIndex => format!("{descent}[*]"),
            To::Where(Member { name, value }) => {
                let text = |bytes| str::from_utf8(bytes).unwrap();
                format!("{descent}[?{}=={}]", text(name), text(value))
            }
        }
    }

    #[track_caller]
    fn refused(text: &str, expected: &'static str, at: usize) {
        assert_eq!(Path::parse(text), Err(PathError { expected, at }), "{text}");
    }
}
