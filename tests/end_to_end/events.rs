//! Events of a server on their way to a browser.
