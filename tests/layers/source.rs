//! Which paths does a Rust source file name?
//!
//! Not a parser: it cuts the text into words and marks, leaves comments and literals out,
//! and knows `use` trees, `mod` blocks and `a::b` paths. That is all that floors need.
//!
//! ```text
//! text -> tokens -> paths as written -> absolute paths (crate::…, or another crate's)
//! ```

use std::collections::BTreeMap;
use std::iter::Peekable;
use std::str::CharIndices;

/// A path that a file names, absolute, with the line on which it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Named {
    /// `["crate", "policy", "Book"]`, or another crate's `["std", "fs", "*"]`.
    pub(crate) path: Vec<String>,
    /// Counted from 1.
    pub(crate) line: usize,
    /// Whether only tests get there.
    pub(crate) in_test: bool,
}

/// What a file names, and under which words.
#[derive(Debug, Default)]
pub(crate) struct Source {
    /// Every path, in the order of the file.
    pub(crate) named: Vec<Named>,
    /// What `use` brought into the file: word to path. A parent's words are its children's to
    /// import, so this is also what a `mod.rs` passes on.
    pub(crate) words: BTreeMap<String, Vec<String>>,
    /// Paths whose every name `use … ::*` brought into the file.
    pub(crate) globs: Vec<Vec<String>>,
    /// The modules that it declares for tests alone, and that have files of their own.
    pub(crate) tests: Vec<String>,
}

impl Source {
    /// Reads the file of `module` (`["crate", "proxy", "head"]`). `is_child` tells whether a
    /// word names a module below the given one.
    pub(crate) fn read(
        text: &str,
        module: &[String],
        is_child: &dyn Fn(&[String], &str) -> bool,
    ) -> Self {
        let tokens = tokens(text);
        let mut source = Self::default();
        let mut written = Vec::new();
        let mut inside = vec![Block { module: module.to_vec(), depth: 0, in_test: false }];
        let mut depth = 0_usize;
        let mut at = 0;
        while let Some(token) = tokens.get(at) {
            let block = inside.last().expect("the file's own block stays");
            let (here, in_test) = (block.module.clone(), block.in_test);
            match &token.text[..] {
                "{" => depth += 1,
                "}" => {
                    depth = depth.saturating_sub(1);
                    if inside.len() > 1 && block.depth == depth {
                        inside.pop();
                    }
                }
                "mod" if is(&tokens, at + 2, "{") => {
                    let mut module = here;
                    module.push(tokens[at + 1].text.clone());
                    let in_test = in_test || is_for_tests(&tokens, at);
                    inside.push(Block { module, depth, in_test });
                }
                "mod" if is(&tokens, at + 2, ";") && is_for_tests(&tokens, at) => {
                    source.tests.push(tokens[at + 1].text.clone());
                }
                // `use<'a>` is no import.
                "use" if !is(&tokens, at + 1, "<") => {
                    let mut leaves = Vec::new();
                    at = use_tree(&tokens, at + 1, &[], &mut leaves);
                    for Leaf { path, word, line } in leaves {
                        let path = absolute(path, &here, is_child);
                        match &word[..] {
                            "*" => source.globs.push(path.clone()),
                            word => drop(source.words.insert(word.to_owned(), path.clone())),
                        }
                        source.named.push(Named { path, line, in_test });
                    }
                    continue;
                }
                _ if token.is_word() && is(&tokens, at + 1, "::") && starts_path(&tokens, at) => {
                    let line = token.line;
                    let mut path = vec![token.text.clone()];
                    while is(&tokens, at + 1, "::")
                        && let Some(next) = tokens.get(at + 2).filter(|next| next.is_word())
                    {
                        path.push(next.text.clone());
                        at += 2;
                    }
                    written.push((path, here, line, in_test));
                }
                _ => {}
            }
            at += 1;
        }
        for (path, here, line, in_test) in written {
            let path = match path
                .split_first()
                .and_then(|(first, rest)| Some((source.words.get(first)?.clone(), rest)))
            {
                Some((known, rest)) => [&known[..], rest].concat(),
                None => absolute(path, &here, is_child),
            };
            source.named.push(Named { path, line, in_test });
        }
        source
    }
}

/// The module that a `{` opened, and how deep that brace lies.
struct Block {
    module: Vec<String>,
    depth: usize,
    in_test: bool,
}

/// One name that a `use` brings in.
struct Leaf {
    path: Vec<String>,
    word: String,
    line: usize,
}

/// Reads the tree behind `use`, or one of its branches; returns where it ends.
fn use_tree(tokens: &[Token], mut at: usize, prefix: &[String], leaves: &mut Vec<Leaf>) -> usize {
    let mut path = prefix.to_vec();
    let mut line = 0;
    while let Some(token) = tokens.get(at) {
        line = token.line;
        match &token.text[..] {
            "::" => at += 1,
            "{" => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token.text != "}") {
                    at = use_tree(tokens, at, &path, leaves);
                    at += usize::from(is(tokens, at, ","));
                }
                return at + 1;
            }
            "self" if !path.is_empty() => at += 1,
            "as" => break,
            "*" => {
                path.push("*".to_owned());
                at += 1;
            }
            _ if token.is_word() => {
                path.push(token.text.clone());
                at += 1;
            }
            _ => break,
        }
    }
    let mut word = path.last().cloned().unwrap_or_default();
    if is(tokens, at, "as") {
        word = tokens.get(at + 1).map(|token| token.text.clone()).unwrap_or_default();
        at += 2;
    }
    leaves.push(Leaf { path, word, line });
    at
}

/// A path from the root, whatever it starts from.
fn absolute(
    path: Vec<String>,
    here: &[String],
    is_child: &dyn Fn(&[String], &str) -> bool,
) -> Vec<String> {
    let mut from = here.to_vec();
    let mut rest = &path[..];
    match rest.first().map(String::as_str) {
        // The binary knows the library by its name.
        Some("crate" | "cloakroom") => {
            from = vec!["crate".to_owned()];
            rest = &rest[1..];
        }
        Some("self") => rest = &rest[1..],
        Some("super") => {
            while rest.first().is_some_and(|word| word == "super") {
                from.pop();
                rest = &rest[1..];
            }
        }
        Some(child) if is_child(here, child) => {}
        _ => from.clear(),
    }
    from.extend_from_slice(rest);
    from
}

/// Whether `#[cfg(test)]` stands right before this token.
fn is_for_tests(tokens: &[Token], at: usize) -> bool {
    let attribute = ["#", "[", "cfg", "(", "test", ")", "]"];
    let before = at.checked_sub(attribute.len()).and_then(|start| tokens.get(start..at));
    before.is_some_and(|before| before.iter().map(|token| &token.text[..]).eq(attribute))
}

fn starts_path(tokens: &[Token], at: usize) -> bool {
    !(at > 0 && matches!(&tokens[at - 1].text[..], "::" | "."))
}

fn is(tokens: &[Token], at: usize, text: &str) -> bool {
    tokens.get(at).is_some_and(|token| token.text == text)
}

/// A word, or a mark: `::`, or one character.
#[derive(Debug)]
struct Token {
    text: String,
    line: usize,
}

impl Token {
    fn is_word(&self) -> bool {
        self.text.starts_with(|c: char| c == '_' || c.is_alphabetic())
    }
}

/// Words and marks; comments, text, characters and lifetimes are left out.
fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut rest = text.char_indices().peekable();
    while let Some((at, c)) = rest.next() {
        let follows = |what: &str| text[at..].starts_with(what);
        let before = at;
        let mut token = None;
        match c {
            '/' if follows("//") => while rest.next_if(|&(_, c)| c != '\n').is_some() {},
            '/' if follows("/*") => block_comment(text, at, &mut rest),
            '"' => skip_text(&mut rest),
            '\'' => skip_quote(text, at, &mut rest),
            'r' | 'b' | 'c' if let Some(end) = raw_text(&text[at..]) => {
                while rest.next_if(|&(next, _)| next < at + end).is_some() {}
            }
            _ if c == '_' || c.is_alphanumeric() => {
                let mut end = at + c.len_utf8();
                while let Some((_, c)) = rest.next_if(|&(_, c)| c == '_' || c.is_alphanumeric()) {
                    end += c.len_utf8();
                }
                token = Some(text[at..end].to_owned());
            }
            ':' if follows("::") => {
                rest.next();
                token = Some("::".to_owned());
            }
            _ if c.is_whitespace() => {}
            _ => token = Some(c.to_string()),
        }
        tokens.extend(token.map(|text| Token { text, line }));
        let end = rest.peek().map_or(text.len(), |&(end, _)| end);
        line += text[before..end].matches('\n').count();
    }
    tokens
}

type Rest<'a> = Peekable<CharIndices<'a>>;

fn block_comment(text: &str, start: usize, rest: &mut Rest<'_>) {
    let mut depth = 0_usize;
    let mut at = start;
    loop {
        if text[at..].starts_with("/*") {
            (depth, at) = (depth + 1, at + 2);
        } else if text[at..].starts_with("*/") {
            (depth, at) = (depth - 1, at + 2);
        } else {
            at += text[at..].chars().next().map_or(1, char::len_utf8);
        }
        if depth == 0 || at >= text.len() {
            break;
        }
    }
    while rest.next_if(|&(next, _)| next < at).is_some() {}
}

/// The rest of `"…"`.
fn skip_text(rest: &mut Rest<'_>) {
    while let Some((_, c)) = rest.next() {
        match c {
            '\\' => drop(rest.next()),
            '"' => break,
            _ => {}
        }
    }
}

/// The rest of `'c'`; a lifetime is left out with its name.
fn skip_quote(text: &str, at: usize, rest: &mut Rest<'_>) {
    let mut next = text[at + 1..].chars();
    let (first, second) = (next.next(), next.next());
    if first == Some('\\') {
        rest.next();
        rest.next();
        while rest.next_if(|&(_, c)| c != '\'').is_some() {}
        rest.next();
    } else if second == Some('\'') {
        rest.next();
        rest.next();
    } else {
        while rest.next_if(|&(_, c)| c == '_' || c.is_alphanumeric()).is_some() {}
    }
}

/// How long the raw or byte text at the start of this is, if it is one.
fn raw_text(text: &str) -> Option<usize> {
    let raw = text.trim_start_matches(['b', 'c']);
    let hashes = raw.strip_prefix('r')?;
    let opened = hashes.trim_start_matches('#');
    let count = hashes.len() - opened.len();
    let body = opened.strip_prefix('"')?;
    let closing = format!("\"{}", "#".repeat(count));
    let end = body.find(&closing)? + closing.len();
    Some(text.len() - body.len() + end)
}
