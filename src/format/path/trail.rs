//! Where does a reader stand, and does a path lead there? Goes down and up with the reader.

use super::compiled::{Down, Members, Paths, first};
use std::fmt;
use std::sync::Arc;

/// Where a reader stands in a payload: each `enter_…` is undone by one [`Trail::leave`].
///
/// It grows with the depth alone, and where there are no paths it does nothing at all.
#[derive(Clone)]
pub struct Trail {
    paths: Arc<Paths>,
    /// The sets of positions, level after level, each of `paths.words()` words.
    levels: Vec<u64>,
    /// The first path that leads to each level or above it.
    matched: Vec<Option<u16>>,
    /// Scratch for a name as the shorthand compares it.
    folded: Vec<u8>,
}

impl Trail {
    /// At the top of a payload.
    pub fn new(paths: Arc<Paths>) -> Self {
        let (levels, matched) = (paths.first().to_vec(), vec![paths.root()]);
        Self { paths, levels, matched, folded: Vec::new() }
    }

    /// Whether there are no paths, so that moving it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.paths.is_empty()
    }

    /// Goes down to what stands under a name of an object; the name comes decoded.
    pub fn enter_name(&mut self, name: &[u8]) {
        if !self.is_empty() {
            self.down(Down::Name(name));
        }
    }

    /// Goes down to an element of an array; the first is 0.
    pub fn enter_index(&mut self, index: u64) {
        if !self.is_empty() {
            self.down(Down::Index(index));
        }
    }

    /// Goes down to what stands under the name of a form field, as one move, although it may
    /// name several levels: `custom[order_id]` is `order_id` in `custom`, `attachments[]` is
    /// some element of `attachments`, and `items[0]` both an element and a name. A name whose
    /// brackets do not pair up to its end is one name, brackets and all.
    pub fn enter_bracketed(&mut self, name: &[u8]) {
        if self.is_empty() {
            return;
        }
        let (first, brackets) = match bracketed(name) {
            Some(split) => split,
            None => (name, &b""[..]),
        };
        self.down(Down::Name(first));
        for inner in brackets.split(|&byte| byte == b'[').skip(1) {
            let inner = inner.strip_suffix(b"]").unwrap_or(inner);
            self.down(match index(inner) {
                _ if inner.is_empty() => Down::SomeIndex,
                Some(index) => Down::Either(inner, index),
                None => Down::Name(inner),
            });
            self.forget_the_level_between();
        }
    }

    /// The members that choose among the elements of the array in which this one stands: right
    /// behind [`Trail::enter_index`].
    #[inline]
    pub fn chosen_by(&self) -> Members {
        if self.is_empty() {
            return Members::NONE;
        }
        self.paths.choosing(self.level(1))
    }

    /// These members choose the element: right behind [`Trail::enter_index`], at most once.
    pub fn choose(&mut self, these: Members) {
        let words = self.paths.words();
        let Some(here) = self.levels.len().checked_sub(words) else { return };
        let (above, below) = self.levels.split_at_mut(here);
        let level = above.get(here.saturating_sub(words)..).unwrap_or_default();
        let ended = self.paths.choose(these, level, below);
        if let Some(matched) = self.matched.last_mut() {
            *matched = first(*matched, ended);
        }
    }

    /// Goes back up to where the last move began. At the top it stays there.
    pub fn leave(&mut self) {
        if self.is_empty() || self.matched.len() == 1 {
            return;
        }
        self.matched.pop();
        self.levels.truncate(self.levels.len().saturating_sub(self.paths.words()));
    }

    /// Goes back to the top, for another payload.
    pub fn rewind(&mut self) {
        self.levels.truncate(self.paths.words());
        self.matched.truncate(1);
    }

    /// The first of the paths that leads here, or to a place that this one is inside of.
    #[inline]
    pub fn matched(&self) -> Option<u16> {
        self.matched.last().copied().flatten()
    }

    /// The positions so many levels above.
    fn level(&self, above: usize) -> &[u64] {
        let words = self.paths.words();
        let to = self.levels.len().saturating_sub(above * words);
        self.levels.get(to.saturating_sub(words)..to).unwrap_or_default()
    }

    fn down(&mut self, down: Down<'_>) {
        let words = self.paths.words();
        let here = self.levels.len();
        self.levels.resize(here + words, 0);
        let (above, below) = self.levels.split_at_mut(here);
        let level = above.get(here - words..).unwrap_or_default();
        let ended = self.paths.go(down, level, below);
        let mut matched = first(self.matched(), ended);
        if let Down::Name(name) | Down::Either(name, _) = down {
            matched = first(matched, self.paths.anywhere(name, &mut self.folded));
        }
        self.matched.push(matched);
    }

    /// Two moves become one, so that a form name takes one level however long it is.
    fn forget_the_level_between(&mut self) {
        let words = self.paths.words();
        let between = self.levels.len().saturating_sub(2 * words);
        self.levels.drain(between..between + words);
        self.matched.swap_remove(self.matched.len().saturating_sub(2));
    }
}

/// The names of a payload are content.
impl fmt::Debug for Trail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let depth = self.matched.len() - 1;
        f.debug_struct("Trail").field("depth", &depth).field("matched", &self.matched()).finish()
    }
}

/// `a[b][]` in two: `a` and `[b][]`; none if there is more or less to it than pairs.
fn bracketed(name: &[u8]) -> Option<(&[u8], &[u8])> {
    let (first, brackets) = name.split_at(name.iter().position(|&byte| byte == b'[')?);
    let mut inside = false;
    for byte in brackets {
        inside = match (inside, byte) {
            (false, b'[') => true,
            (true, b']') => false,
            (true, b'[') | (false, _) => return None,
            (true, _) => true,
        };
    }
    (!inside && !first.is_empty() && !first.contains(&b']')).then_some((first, brackets))
}

fn index(digits: &[u8]) -> Option<u64> {
    let digits = digits.iter().all(u8::is_ascii_digit).then_some(digits)?;
    str::from_utf8(digits).ok()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::format::path::Path;

    #[test]
    fn a_shorthand_is_found_at_any_depth_in_any_style() {
        for key in ["email", "EMail", "e_mail", "e-mail", "eMail", "E_MAIL"] {
            check(&["email"], key, Some(0));
            check(&["email"], &format!("contact/[2]/{key}"), Some(0));
        }
        check(&["phone_number"], "phoneNumber", Some(0));
        check(&["phoneNumber"], "a/PHONE-NUMBER", Some(0));
        for key in ["emails", "mail", "e.mail", "", "_"] {
            check(&["email"], key, None);
        }
    }

    #[test]
    fn the_shorthand_of_a_long_name_is_compared_to_its_end() {
        let name = "x".repeat(80);
        check(&[&name], &name.to_uppercase(), Some(0));
        check(&[&name], &name[1..], None);
    }

    #[test]
    fn names_of_longer_paths_are_exact_and_start_at_the_top() {
        check(&["contact.email"], "contact/email", Some(0));
        check(&["contact.email"], "contact/Email", None);
        check(&["contact.email"], "visitor/contact/email", None);
        check(&["contact.email"], "contact/x/email", None);
        check(&["$.email"], "email", Some(0));
        check(&["$.email"], "contact/email", None);
        check(&[r#"["e.mail"]"#], "e.mail", Some(0));
    }

    #[test]
    fn indices_are_not_names() {
        check(&["messages[0].text"], "messages/[0]/text", Some(0));
        check(&["messages[0].text"], "messages/[1]/text", None);
        check(&["messages[0].text"], "messages/0/text", None);
        check(&["messages[*].text"], "messages/[7]/text", Some(0));
        check(&["messages[*].text"], "messages/x/text", None);
        check(&["messages.*.text"], "messages/x/text", Some(0));
        check(&["messages.*.text"], "messages/[7]/text", None);
        check(&["[1]"], "[1]", Some(0));
    }

    #[test]
    fn a_descent_crosses_any_number_of_levels() {
        for place in ["phone", "a/phone", "[0]/a/[1]/phone", "phone/x"] {
            check(&["..phone"], place, Some(0));
        }
        check(&["..phone"], "Phone", None);
        check(&["a..b.c"], "a/x/[0]/b/c", Some(0));
        check(&["a..b.c"], "a/b/b/c", Some(0));
        check(&["a..b.c"], "a/b/x/c", None);
        check(&["a..b.c"], "b/c", None);
        check(&["..[0]"], "a/[0]", Some(0));
        check(&["a..*"], "a", None);
        check(&["a..*"], "a/[0]/b", Some(0));
    }

    #[test]
    fn what_holds_for_a_place_holds_inside_it() {
        check(&["contact"], "contact/address/[0]/street", Some(0));
        check(&["a.b"], "a/b/c/d", Some(0));
        check(&["$"], "", Some(0));
        check(&["$"], "a/[0]", Some(0));
    }

    #[test]
    fn of_several_paths_the_first_counts() {
        let paths = ["a.b.c", "a.b", "c", "a"];
        check(&paths, "a", Some(3));
        check(&paths, "a/b", Some(1));
        check(&paths, "a/b/c", Some(0));
        check(&paths, "a/c", Some(2));
        check(&paths, "x", None);
        check(&["email", "Email", "e_mail"], "email", Some(0));
    }

    #[test]
    fn elements_are_chosen_by_a_member() {
        for (paths, chosen, matched) in [
            (&["a[?k=='x'].v"][..], "x", Some(0)),
            (&["a[?k=='x'].v"], "y", None),
            (&["a[?k=='y'].v", "a[?k=='x'].v"], "x", Some(1)),
            (&["a[?k=='x'].v", "a[?k=='x']"], "x", Some(0)),
            (&["a[?k=='y']", "a[?k=='x']"], "x", Some(1)),
            (&["a[?k=='x'].v", "a[0].v"], "y", Some(1)),
            (&["..[?k=='x'].v"], "x", Some(0)),
            (&["$..[?k=='x']..v"], "x", Some(0)),
            (&["a[?k=='x'].w"], "x", None),
            (&["a[?j=='x'].v"], "x", None),
        ] {
            let mut trail = trail(paths);
            trail.enter_name(b"a");
            trail.enter_index(0);
            let wanted = trail.chosen_by();
            let named = trail.paths.members_named(b"k");
            let these = trail.paths.members_with(named, chosen.as_bytes());
            assert!(!wanted.is_empty(), "{paths:?}");
            trail.choose(these);
            trail.enter_name(b"v");
            assert_eq!(trail.matched(), matched, "{paths:?} {chosen}");
            trail.leave();
            assert!(trail.chosen_by() == wanted, "{paths:?}");
            trail.leave();
            trail.enter_index(1);
            trail.enter_name(b"v");
            assert_eq!(trail.matched(), None, "{paths:?}: not the next one");
        }
    }

    #[test]
    fn nothing_is_chosen_where_no_path_asks() {
        let mut trail = trail(&["a[?k=='x'].v", "b[*]"]);
        trail.enter_index(0);
        assert!(trail.chosen_by().is_empty(), "another array");
        trail.leave();
        trail.enter_name(b"a");
        trail.enter_name(b"v");
        assert!(trail.matched().is_none(), "no array");
        let mut trail = self::trail(&[]);
        trail.enter_index(0);
        assert!(trail.chosen_by().is_empty());
    }

    #[test]
    fn more_members_than_there_are_bits_choose_together() {
        let paths: Vec<String> = (0..80).map(|n| format!("[?k=='{n}']")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        for (value, matched) in [("5", 5), ("62", 62), ("63", 63), ("79", 63)] {
            let mut trail = trail(&paths);
            trail.enter_index(0);
            let named = trail.paths.members_named(b"k");
            let these = trail.paths.members_with(named, value.as_bytes());
            trail.choose(these);
            assert_eq!(trail.matched(), Some(matched), "{value}");
        }
    }

    #[test]
    fn leaving_brings_back_what_was() {
        let mut trail = trail(&["a.b", "..d", "e"]);
        trail.leave();
        trail.enter_name(b"a");
        for _ in 0..3 {
            trail.enter_name(b"b");
            trail.enter_index(4);
            assert_eq!(trail.matched(), Some(0));
            trail.leave();
            trail.leave();
            assert_eq!(trail.matched(), None);
            trail.enter_bracketed(b"x[y][0][]");
            trail.enter_name(b"d");
            assert_eq!(trail.matched(), Some(1));
            trail.leave();
            trail.leave();
            trail.enter_name(b"E");
            assert_eq!(trail.matched(), Some(2));
            trail.leave();
        }
        trail.rewind();
        trail.enter_name(b"b");
        assert_eq!(trail.matched(), None);
    }

    #[test]
    fn the_name_of_a_form_field_may_name_several_levels() {
        for (path, name, expected) in [
            ("custom_attributes.order_id", "custom_attributes[order_id]", Some(0)),
            ("order_id", "custom_attributes[order_id]", Some(0)),
            ("order_id", "custom_attributes[orderId][x]", Some(0)),
            ("attachments[*]", "attachments[]", Some(0)),
            ("attachments[3]", "attachments[]", Some(0)),
            ("attachments", "attachments[]", Some(0)),
            ("items[0].name", "items[0][name]", Some(0)),
            ("items.0.name", "items[0][name]", Some(0)),
            ("items[1].name", "items[0][name]", None),
            ("items[*].name", "items[][name]", Some(0)),
            ("items.*.name", "items[][name]", None),
            ("a.b", "a[c]", None),
            ("email", "email", Some(0)),
            // In a form it is not known of which element a field is.
            ("items[?key=='a'].name", "items[][name]", Some(0)),
            ("items[?key=='a'].name", "items[0][name]", Some(0)),
            ("items[?key=='a'].name", "items[0][title]", None),
            (r#"["a[b"]"#, "a[b", Some(0)),
            (r#"["a[b]c"]"#, "a[b]c", Some(0)),
            (r#"["a[b[c]]"]"#, "a[b[c]]", Some(0)),
            (r#"["[b]"]"#, "[b]", Some(0)),
            (r#"["a]"]"#, "a]", Some(0)),
            ("a.b", "a[b", None),
        ] {
            let mut trail = trail(&[path]);
            trail.enter_bracketed(name.as_bytes());
            assert_eq!(trail.matched(), expected, "{path} at {name}");
            trail.leave();
            assert_eq!(trail.matched(), None, "{path} above {name}");
        }
    }

    #[test]
    fn more_steps_than_a_word_has_bits() {
        let paths: Vec<String> = (0..100).map(|n| format!("a.b{n}.c")).collect();
        let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
        for n in [0, 1, 21, 31, 32, 63, 64, 99] {
            check(&paths, &format!("a/b{n}/c"), Some(n));
            check(&paths, &format!("a/b{n}/d"), None);
        }
    }

    #[test]
    fn without_paths_nothing_is_kept() {
        let mut trail = trail(&[]);
        for _ in 0..10 {
            trail.enter_name(b"a");
            trail.enter_index(1);
            trail.enter_bracketed(b"b[c]");
        }
        assert!(trail.is_empty() && trail.matched().is_none());
        assert_eq!((trail.levels.len(), trail.matched.len()), (0, 1));
    }

    #[test]
    fn a_debug_print_tells_no_name() {
        let mut trail = trail(&["a"]);
        trail.enter_name(b"ann@example.org");
        assert_eq!(format!("{trail:?}"), "Trail { depth: 1, matched: None }");
    }

    /// Places are written as `name/[index]/name`.
    #[track_caller]
    fn check(paths: &[&str], place: &str, expected: Option<u16>) {
        let mut trail = trail(paths);
        for level in place.split('/').filter(|_| !place.is_empty()) {
            match level.strip_prefix('[').and_then(|level| level.strip_suffix(']')) {
                Some(index) => trail.enter_index(index.parse().unwrap()),
                None => trail.enter_name(level.as_bytes()),
            }
        }
        assert_eq!(trail.matched(), expected, "{paths:?} at {place}");
    }

    fn trail(paths: &[&str]) -> Trail {
        let paths = paths.iter().map(|path| Path::parse(path).unwrap()).collect();
        Trail::new(Arc::new(Paths::new(paths)))
    }
}
