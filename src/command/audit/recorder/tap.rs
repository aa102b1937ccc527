//! A connection of which every byte that comes is kept until it is understood: what a proxy
//! sends may leak even where it is no HTTP.

use pin_project_lite::pin_project;
use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The bytes that came.
#[derive(Clone, Default)]
pub(super) struct Unread(Arc<Mutex<Vec<u8>>>);

/// Octets that are kept of one connection.
const CAPACITY: usize = 1 << 20;

impl Unread {
    /// What came until here was understood.
    pub(super) fn forget(&self) {
        self.bytes().clear();
    }

    /// What came and was not understood.
    pub(super) fn take(&self) -> Vec<u8> {
        std::mem::take(&mut *self.bytes())
    }

    fn keep(&self, piece: &[u8]) {
        let mut bytes = self.bytes();
        let room = CAPACITY.saturating_sub(bytes.len()).min(piece.len());
        bytes.extend_from_slice(piece.get(..room).unwrap_or_default());
    }

    fn bytes(&self) -> MutexGuard<'_, Vec<u8>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

pin_project! {
    /// A connection that keeps what it reads.
    pub(super) struct Tap<T> {
        #[pin]
        io: T,
        unread: Unread,
    }
}

impl<T> Tap<T> {
    /// Keeps in `unread` what is read of `io`.
    pub(super) fn new(io: T, unread: Unread) -> Self {
        Self { io, unread }
    }
}

impl<T: AsyncRead> AsyncRead for Tap<T> {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.project();
        let before = buffer.filled().len();
        let polled = this.io.poll_read(cx, buffer);
        this.unread.keep(buffer.filled().get(before..).unwrap_or_default());
        polled
    }
}

impl<T: AsyncWrite> AsyncWrite for Tap<T> {
    fn poll_write(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bytes: &[u8],
    ) -> Poll<io::Result<usize>> {
        self.project().io.poll_write(cx, bytes)
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().io.poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.project().io.poll_shutdown(cx)
    }
}
