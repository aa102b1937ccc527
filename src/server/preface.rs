//! What stands before TLS: the PROXY header, and a stream that gives back what was read
//! too far.

use crate::address::proxy_protocol::{Malformed, Origin, parse};
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

/// Reads the PROXY header at the start of a connection. What was read behind it is in front
/// of the returned stream.
pub(super) async fn read_proxy_header<I>(mut io: I) -> io::Result<(Origin, Rewound<I>)>
where
    I: AsyncRead + Unpin,
{
    let mut read = Vec::with_capacity(256);
    loop {
        if io.read_buf(&mut read).await? == 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        let malformed = |_: Malformed| io::Error::from(io::ErrorKind::InvalidData);
        if let Some(header) = parse(&read).map_err(malformed)? {
            read.drain(..header.length.min(read.len()));
            return Ok((header.origin, Rewound { before: read, io }));
        }
    }
}

/// A stream with bytes in front of it that were read already.
#[derive(Debug)]
pub(super) struct Rewound<I> {
    before: Vec<u8>,
    io: I,
}

impl<I> Rewound<I> {
    /// A stream of which nothing was read.
    pub(super) fn untouched(io: I) -> Self {
        Self { before: Vec::new(), io }
    }
}

impl<I: AsyncRead + Unpin> AsyncRead for Rewound<I> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        if self.before.is_empty() {
            return Pin::new(&mut self.io).poll_read(cx, buf);
        }
        let count = self.before.len().min(buf.remaining());
        buf.put_slice(self.before.get(..count).unwrap_or_default());
        self.before.drain(..count);
        if self.before.is_empty() {
            self.before = Vec::new();
        }
        Poll::Ready(Ok(()))
    }
}

impl<I: AsyncWrite + Unpin> AsyncWrite for Rewound<I> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write(cx, bytes)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        slices: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.io).poll_write_vectored(cx, slices)
    }

    fn is_write_vectored(&self) -> bool {
        self.io.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.io).poll_shutdown(cx)
    }
}
