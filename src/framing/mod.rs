//! Is this HTTP/1 byte stream one that every reader cuts into the same messages?
