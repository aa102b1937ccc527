//! A body was changed: what may the message no longer say about it?

use crate::proxy::names::alike;
use http::header::{ACCEPT_RANGES, ETAG, Entry};
use http::{HeaderMap, HeaderName, HeaderValue};

/// Takes out of a head, or of trailers, what was true of the body before it was changed.
///
/// Checksums go, in whatever spelling a backend may take for theirs: whoever compared would
/// refuse the body. A strong `ETag` becomes weak: it promised every byte (RFC 9110 section
/// 8.8.1), and what we write depends on the property's policy too. A visitor still gets his 304
/// for it; an `If-Match` with it fails, as it must: he has not seen what is there.
/// `Accept-Ranges` goes: a range of the changed body is not what the backend would send for it.
///
/// What stays: `Content-Length`, `Content-Encoding` and `Content-Range`, which are for whoever
/// writes the body, and signatures, which fail where they cover what was changed.
pub fn forget(fields: &mut HeaderMap) {
    let stale: Vec<_> = fields.keys().filter(|name| is_about_bytes(name)).cloned().collect();
    for name in stale {
        fields.remove(name);
    }
    if let Entry::Occupied(mut tags) = fields.entry(ETAG) {
        tags.iter_mut().for_each(|tag| *tag = weakened(tag));
    }
}

fn is_about_bytes(name: &HeaderName) -> bool {
    name == ACCEPT_RANGES || CHECKSUMS.iter().any(|checksum| alike(name.as_str(), checksum))
}

/// The tag as a weak one.
fn weakened(tag: &HeaderValue) -> HeaderValue {
    if tag.as_bytes().starts_with(b"W/") {
        return tag.clone();
    }
    let weak = [b"W/", tag.as_bytes()].concat();
    HeaderValue::from_bytes(&weak).unwrap_or(HeaderValue::from_static("W/\"\""))
}

/// `Content-Digest` and `Repr-Digest` (RFC 9530), `Digest` (RFC 3230), which came before them,
/// and `Content-MD5` (RFC 1864).
const CHECKSUMS: [&str; 4] = ["content-digest", "repr-digest", "digest", "content-md5"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksums_go_in_every_spelling() {
        for name in [
            "content-digest",
            "repr-digest",
            "digest",
            "content-md5",
            "Content_MD5",
            "repr.digest",
            "accept-ranges",
        ] {
            check(
                &[(name, "x"), ("content-type", "text/plain"), (name, "y")],
                &["content-type: text/plain"],
            );
        }
    }

    #[test]
    fn what_says_nothing_of_the_bytes_stays() {
        for name in [
            "want-content-digest",
            "want-repr-digest",
            "content-length",
            "content-encoding",
            "last-modified",
            "if-match",
            "digests",
            "x-digest",
            "signature",
        ] {
            check(&[(name, "x")], &[&format!("{name}: x")]);
        }
        check(&[], &[]);
    }

    #[test]
    fn a_tag_is_weak_afterwards() {
        check(&[("etag", "\"a1\"")], &["etag: W/\"a1\""]);
        check(&[("etag", "W/\"a1\"")], &["etag: W/\"a1\""]);
        check(&[("etag", "\"\"")], &["etag: W/\"\""]);
        check(&[("etag", "a1")], &["etag: W/a1"]);
        check(&[("etag", "\"1\""), ("etag", "W/\"2\"")], &["etag: W/\"1\"", "etag: W/\"2\""]);
    }

    #[track_caller]
    fn check(before: &[(&str, &str)], after: &[&str]) {
        let mut fields = HeaderMap::new();
        for (name, value) in before {
            let name = HeaderName::from_bytes(name.as_bytes()).unwrap();
            fields.append(name, HeaderValue::from_str(value).unwrap());
        }
        for times in 1..=2 {
            forget(&mut fields);
            let lines: Vec<_> = fields
                .iter()
                .map(|(name, value)| format!("{name}: {}", value.to_str().unwrap()))
                .collect();
            assert_eq!(lines, after, "after {times}");
        }
    }
}
