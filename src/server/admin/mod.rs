//! Where operators ask how it goes.
//!
//! ```text
//! Desk ─ bind ─ accept ─ answer ─┬─ health   /healthz, /readyz
//!                                ├─ metrics  /metrics
//!                                ├─ show     /config, /properties/ID: on this machine only
//!                                ├─ bans     GET, POST, DELETE /bans: on this machine only
//!                                └─          POST /reload:            on this machine only
//! ```
//!
//! Nothing that is answered here is a visitor's, and no secret is: keys are named by their files.

mod answer;
mod bans;
mod health;
mod metrics;
mod reply;
mod show;

use crate::policy::Admin;
use crate::policy::admin::AdminAddress;
use crate::server::bind::bind;
use crate::server::inside::Inside;
use crate::server::prepare::StartError;
use answer::answer;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::io;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener};
use tokio::sync::Semaphore;
use tokio_util::sync::{CancellationToken, DropGuard};

/// All places where operators ask. They close when it is dropped.
#[derive(Debug, Default)]
pub(super) struct Desk {
    open: Vec<Place>,
}

#[derive(Debug)]
struct Place {
    wanted: AdminAddress,
    /// Where it really is; of a Unix socket nothing.
    bound: Option<SocketAddr>,
    _open: DropGuard,
}

/// Places that are bound and not yet open.
#[derive(Debug)]
pub(super) struct Prepared(Vec<(AdminAddress, Option<Socket>)>);

#[derive(Debug)]
enum Socket {
    Tcp(TcpListener),
    Unix(UnixListener),
}

impl Desk {
    /// Binds the places that are new; those that stay keep their sockets.
    pub(super) fn prepare(&self, wanted: Option<&Admin>) -> Result<Prepared, StartError> {
        let mut prepared = Vec::new();
        for address in wanted.into_iter().flat_map(|admin| &admin.bind) {
            let is_open = self.open.iter().any(|place| place.wanted == *address);
            let socket = if is_open { None } else { Some(Socket::bind(address)?) };
            prepared.push((address.clone(), socket));
        }
        Ok(Prepared(prepared))
    }

    /// Opens them, and closes those that are wanted no more.
    pub(super) fn open(&mut self, prepared: Prepared, inside: &Arc<Inside>) {
        let mut before = std::mem::take(&mut self.open);
        for (wanted, socket) in prepared.0 {
            let Some(socket) = socket else {
                let kept = before.iter().position(|place| place.wanted == wanted);
                self.open.extend(kept.map(|index| before.swap_remove(index)));
                continue;
            };
            let bound = match &socket {
                Socket::Tcp(listener) => listener.local_addr().ok(),
                Socket::Unix(_) => None,
            };
            let until = CancellationToken::new();
            tokio::spawn(run(socket, wanted.is_local(), Arc::clone(inside), until.clone()));
            self.open.push(Place { wanted, bound, _open: until.drop_guard() });
        }
    }

    /// Where it is bound.
    pub(super) fn addresses(&self) -> Vec<SocketAddr> {
        self.open.iter().filter_map(|place| place.bound).collect()
    }
}

impl Socket {
    fn bind(address: &AdminAddress) -> Result<Self, StartError> {
        match address {
            AdminAddress::Tcp(address) => bind(*address, false).map(Self::Tcp).map_err(|error| {
                StartError::Bind { listener: "admin".to_owned(), address: *address, error }
            }),
            AdminAddress::Unix(path) => unix(path).map(Self::Unix).map_err(|error| {
                StartError::Several(vec![format!("admin: {}: {error}", path.display())])
            }),
        }
    }

    async fn accept(&self) -> io::Result<Box<dyn Stream>> {
        Ok(match self {
            Self::Tcp(listener) => Box::new(listener.accept().await?.0),
            Self::Unix(listener) => Box::new(listener.accept().await?.0),
        })
    }
}

/// A socket that this user alone may open. One that nobody serves any more is replaced.
fn unix(path: &Path) -> io::Result<UnixListener> {
    if std::os::unix::net::UnixStream::connect(path)
        .is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
    {
        std::fs::remove_file(path)?;
    }
    let listener = UnixListener::bind(path)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600))?;
    Ok(listener)
}

trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Operators at one time: a scraper or two, a probe, a person.
const AT_ONCE: usize = 32;

/// How long one may take for the head of a request, and for all of a visit.
const HEAD: Duration = Duration::from_secs(5);
const VISIT: Duration = Duration::from_secs(120);

/// How long accepting pauses where there is no file descriptor left.
const PAUSE: Duration = Duration::from_millis(100);

async fn run(socket: Socket, is_local: bool, inside: Arc<Inside>, until: CancellationToken) {
    let room = Arc::new(Semaphore::new(AT_ONCE));
    loop {
        let Ok(place) = Arc::clone(&room).acquire_owned().await else { return };
        let accepted = tokio::select! {
            () = until.cancelled() => return,
            accepted = socket.accept() => accepted,
        };
        let Ok(stream) = accepted else {
            tokio::time::sleep(PAUSE).await;
            continue;
        };
        let inside = Arc::clone(&inside);
        let until = until.clone();
        tokio::spawn(async move {
            let service = service_fn(move |request| answer(Arc::clone(&inside), is_local, request));
            let visit = http1::Builder::new()
                .timer(TokioTimer::new())
                .header_read_timeout(HEAD)
                .serve_connection(TokioIo::new(stream), service);
            tokio::select! {
                // How an operator's connection ended is of no interest.
                _ = tokio::time::timeout(VISIT, visit) => {}
                () = until.cancelled() => {}
            }
            drop(place);
        });
    }
}
