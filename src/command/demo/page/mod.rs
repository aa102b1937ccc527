//! What may the demo's page do? Nothing but run its own style and script and talk to the
//! address that it came from: a page that others could write into would be a poor witness.

use aws_lc_rs::digest::{SHA256, digest};
use data_encoding::BASE64;

/// The page, whole: style and script are inline, nothing is fetched from anywhere else. The
/// parts of the script are one script, and know one another.
pub(super) const HTML: &str = concat!(
    include_str!("head.html"),
    "<style>\n",
    include_str!("page.css"),
    include_str!("chat.css"),
    "</style>\n",
    include_str!("body.html"),
    "<script>\n\"use strict\";\n\n",
    include_str!("properties.js"),
    include_str!("request.js"),
    include_str!("addresses.js"),
    include_str!("compare.js"),
    include_str!("show.js"),
    include_str!("form.js"),
    include_str!("chat.js"),
    "</script>\n</body>\n</html>\n",
);

/// The page's Content-Security-Policy (CSP Level 3). Style and script are named by their
/// SHA-256, so that the policy follows the file and needs no randomness.
pub(super) fn security_policy() -> String {
    let style = hash_source("<style>", "</style>");
    let script = hash_source("<script>", "</script>");
    // `data:` is for the tab's icon, which would otherwise be asked for as /favicon.ico.
    format!(
        "default-src 'none'; style-src {style}; script-src {script}; img-src data:; \
         connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; \
         require-trusted-types-for 'script'"
    )
}

/// The hash of what stands between two tags; `'none'` where the page has no such part.
fn hash_source(opening: &str, closing: &str) -> String {
    match HTML.split_once(opening).and_then(|(_, rest)| rest.split_once(closing)) {
        Some((text, _)) => {
            format!("'sha256-{}'", BASE64.encode(digest(&SHA256, text.as_bytes()).as_ref()))
        }
        None => "'none'".into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn style_and_script_are_named_by_hash_and_nothing_else_is() {
        let policy = security_policy();
        assert_eq!(policy.matches("'sha256-").count(), 2, "{policy}");
        assert!(!policy.contains("unsafe") && !policy.contains('*'), "{policy}");
        // A second part would have no hash and would not run; an attribute cannot have one.
        for part in ["<style", "<script", "</style>", "</script>"] {
            assert_eq!(HTML.matches(part).count(), 1, "{part}");
        }
        for attribute in [" style=", " onclick=", " onsubmit=", " onload="] {
            assert!(!HTML.contains(attribute), "{attribute}");
        }
    }

    #[test]
    fn the_page_brings_all_that_it_needs() {
        // The SVG namespace is a name; it is never fetched.
        let page = HTML.replace("http://www.w3.org/2000/svg", "");
        for elsewhere in ["http:", "https:", "src=", "@import", "url("] {
            assert!(!page.contains(elsewhere), "{elsewhere}");
        }
    }

    #[test]
    fn data_never_becomes_markup() {
        for sink in ["innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval("] {
            assert!(!HTML.contains(sink), "{sink}");
        }
    }
}
