//! What an exchange costs: wall time and the proxy's own CPU time, over loopback and TLS,
//! beside a plain hyper proxy that rewrites nothing, in the same run; and what it costs to
//! find a property among many.
//!
//! The proxy under test runs on one thread of its own, whose CPU time the kernel counts
//! (`/proc/self/task/*/schedstat`); visitors and backend run on others.

mod stand;

use cloakroom::config::{self, SourceFile};
use cloakroom::policy::{Book, NoTokens, Policy, Property, RequestView, Source, UnknownProperty};
use cloakroom::server::Server;
use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use hyper::Request;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::client::legacy::{Client, connect::HttpConnector};
use hyper_util::rt::{TokioExecutor, TokioIo};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName};
use rustls::{ClientConfig, RootCertStore, ServerConfig};
use stand::{certificate, cpu, runtime};
use std::fs;
use std::hint::black_box;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::client::TlsStream;
use tokio_rustls::{TlsAcceptor, TlsConnector};

criterion_group!(benches, exchange, look_up);
criterion_main!(benches);

/// Visitors at one time.
const VISITORS: usize = 16;

fn exchange(c: &mut Criterion) {
    let scratch = tempfile::tempdir().expect("a temporary directory");
    let authority = certificate(scratch.path());
    let backend = runtime("backend");
    let upstream = backend.block_on(answering());
    let visitors = runtime("visitors");

    let ours = runtime("ours");
    let ours_at = |record: &str| {
        let server = ours.block_on(Server::start(settings(scratch.path(), upstream, record)));
        let server = server.expect("the proxy starts");
        let at = server.addresses()[0].1;
        std::mem::forget(server);
        at
    };
    let plain = runtime("plain");
    let proxies = [
        ("hyper, no rewriting", "plain", plain.block_on(plain_proxy(scratch.path(), upstream))),
        ("cloakroom, truncate", "ours", ours_at("truncate")),
        ("cloakroom, pseudonym", "ours", ours_at("pseudonym")),
    ];
    for (name, request) in
        [("GET", get()), ("POST 1 KiB", post(1 << 10)), ("POST 64 KiB", post(64 << 10))]
    {
        let mut group = c.benchmark_group(format!("exchange/{name}"));
        group.throughput(Throughput::Elements(1)).measurement_time(Duration::from_secs(4));
        for (proxy, thread, at) in &proxies {
            let mut connections = visitors.block_on(async { connect_all(*at, &authority).await });
            group.bench_function(BenchmarkId::new("wall", proxy), |b| {
                b.iter_custom(|count| {
                    let began = Instant::now();
                    visitors.block_on(ask(&mut connections, &request, count));
                    began.elapsed()
                });
            });
            group.bench_function(BenchmarkId::new("cpu", proxy), |b| {
                b.iter_custom(|count| {
                    let before = cpu(thread);
                    visitors.block_on(ask(&mut connections, &request, count));
                    cpu(thread) - before
                });
            });
        }
        group.finish();
    }
}

fn look_up(c: &mut Criterion) {
    let mut group = c.benchmark_group("property");
    for count in [1, 100, 10_000, 100_000] {
        let mut builder =
            Book::builder(vec![Source::Query("website_token".into())], UnknownProperty::Refuse);
        let policy = Arc::new(Policy::default());
        for number in 0..count {
            let id: Arc<str> = format!("property-{number:06}").into();
            let property = Property { id: Arc::clone(&id), policy: Arc::clone(&policy) };
            builder.add(property, &[id], &[]).expect("every id is new");
        }
        let book = builder.build();
        let query = format!("locale=de&website_token=property-{:06}", count / 2);
        group.bench_function(BenchmarkId::new("find", count), |b| {
            b.iter(|| black_box(book.find(&Query(black_box(&query)), &mut NoTokens)));
        });
    }
}

struct Query<'a>(&'a str);

impl RequestView for Query<'_> {
    fn host(&self) -> Option<&str> {
        Some("chat.example.org")
    }
    fn path(&self) -> &str {
        "/api/v1/widget/messages"
    }
    fn query(&self) -> Option<&str> {
        Some(self.0)
    }
    fn field(&self, _: &str, _: &mut dyn FnMut(&[u8])) {}
}

fn settings(directory: &Path, upstream: SocketAddr, record: &str) -> cloakroom::policy::Settings {
    let text = format!(
        r#"
        [[listener]]
        bind = "127.0.0.1:0"
        [listener.tls]
        certificates = [{{ chain = "cert.pem", key = "cert.key" }}]
        [[upstream]]
        servers = ["http://{upstream}"]
        [properties]
        sources = [{{ query = "website_token" }}, "host"]
        [log]
        access = false
        [[property]]
        id = "shop"
        record = "{record}"
        "#
    );
    let main = SourceFile::new(directory.join("cloakroom.toml"), text);
    config::load(main, [], &|file| fs::read(file)).expect("a good configuration")
}

/// A backend that answers every request with the same bytes.
async fn answering() -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            stream.set_nodelay(true).expect("TCP");
            tokio::spawn(async move {
                let mut read = Vec::with_capacity(128 << 10);
                loop {
                    if stream.read_buf(&mut read).await.unwrap_or(0) == 0 {
                        return;
                    }
                    while let Some(whole) = whole_request(&read) {
                        read.drain(..whole);
                        let answer = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 11\r\n\r\n{\"ok\":true}";
                        if stream.write_all(answer).await.is_err() {
                            return;
                        }
                    }
                }
            });
        }
    });
    at
}

/// Length of the request at the front, once all of it is there.
fn whole_request(bytes: &[u8]) -> Option<usize> {
    let head = bytes.windows(4).position(|w| w == b"\r\n\r\n")? + 4;
    let text = std::str::from_utf8(&bytes[..head]).ok()?.to_ascii_lowercase();
    let length = text.split("content-length: ").nth(1).and_then(|rest| rest.split('\r').next());
    let whole = head + length.map_or(0, |l| l.parse().expect("a number"));
    (bytes.len() >= whole).then_some(whole)
}

/// A proxy as anyone would write it: TLS, hyper, hyper-util's client, nothing rewritten.
async fn plain_proxy(directory: &Path, upstream: SocketAddr) -> SocketAddr {
    let chain = CertificateDer::from_pem_file(directory.join("cert.pem")).expect("a certificate");
    let key = PrivateKeyDer::from_pem_file(directory.join("cert.key")).expect("a key");
    let mut tls = ServerConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![chain], key)
        .expect("a pair");
    tls.alpn_protocols = vec![b"http/1.1".to_vec()];
    let acceptor = TlsAcceptor::from(Arc::new(tls));
    let mut connector = HttpConnector::new();
    connector.set_nodelay(true);
    let client: Client<_, Incoming> = Client::builder(TokioExecutor::new()).build(connector);
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let at = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            stream.set_nodelay(true).expect("TCP");
            let (acceptor, client) = (acceptor.clone(), client.clone());
            tokio::spawn(async move {
                let Ok(stream) = acceptor.accept(stream).await else { return };
                let service = service_fn(move |mut request: Request<Incoming>| {
                    let path = request.uri().path_and_query().map_or("/", |p| p.as_str());
                    let uri = format!("http://{upstream}{path}").parse().expect("a URI");
                    *request.uri_mut() = uri;
                    let client = client.clone();
                    async move { client.request(request).await }
                });
                let connection = hyper::server::conn::http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service);
                if connection.await.is_err() {
                    // The visitors have gone.
                }
            });
        }
    });
    at
}

fn provider() -> Arc<rustls::crypto::CryptoProvider> {
    Arc::new(rustls::crypto::aws_lc_rs::default_provider())
}

async fn connect_all(
    at: SocketAddr,
    authority: &CertificateDer<'static>,
) -> Vec<TlsStream<TcpStream>> {
    let mut roots = RootCertStore::empty();
    roots.add(authority.clone()).expect("a certificate");
    let config = ClientConfig::builder_with_provider(provider())
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_root_certificates(roots)
        .with_no_client_auth();
    let connector = TlsConnector::from(Arc::new(config));
    let mut all = Vec::new();
    for _ in 0..VISITORS {
        let stream = TcpStream::connect(at).await.expect("the proxy listens");
        stream.set_nodelay(true).expect("TCP");
        let name = ServerName::try_from("localhost").expect("a name");
        all.push(connector.connect(name, stream).await.expect("a handshake"));
    }
    all
}

/// Asks `count` times, on all connections at once, and reads every answer whole.
async fn ask(connections: &mut [TlsStream<TcpStream>], request: &[u8], count: u64) {
    let share = count.div_ceil(VISITORS as u64);
    let mut left = count;
    let mut tasks = Vec::new();
    for connection in connections {
        let mine = share.min(left);
        left -= mine;
        tasks.push(async move {
            let mut answer = vec![0; 4096];
            for _ in 0..mine {
                connection.write_all(request).await.expect("the proxy reads");
                // A task that has used up its turn leaves the last bytes in the TLS session.
                connection.flush().await.expect("the proxy reads");
                let mut got = 0;
                while !answer[..got].ends_with(b"{\"ok\":true}") {
                    let more =
                        connection.read(&mut answer[got..]).await.expect("the proxy answers");
                    assert!(more > 0 && got + more < answer.len(), "an answer of {got} bytes");
                    got += more;
                }
                assert!(answer.starts_with(b"HTTP/1.1 200 OK"));
            }
        });
    }
    futures_join(tasks).await;
}

async fn futures_join<F: Future<Output = ()>>(tasks: Vec<F>) {
    let mut tasks: Vec<_> = tasks.into_iter().map(|task| Some(Box::pin(task))).collect();
    std::future::poll_fn(|cx| {
        for slot in &mut tasks {
            if slot.as_mut().is_some_and(|task| task.as_mut().poll(cx).is_ready()) {
                *slot = None;
            }
        }
        if tasks.iter().all(Option::is_none) {
            std::task::Poll::Ready(())
        } else {
            std::task::Poll::Pending
        }
    })
    .await;
}

/// What a browser sends for a widget call, about 600 bytes.
fn head(method: &str) -> String {
    format!(
        "{method} /api/v1/widget/messages?website_token=shop&locale=de HTTP/1.1\r\nHost: chat.example.org\r\n\
         User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/126.0 Safari/537.36\r\n\
         Accept: application/json, text/plain, */*\r\nAccept-Language: de-DE,de;q=0.9\r\nAccept-Encoding: gzip, deflate, br\r\n\
         Origin: https://shop.example.org\r\nReferer: https://shop.example.org/checkout\r\n\
         X-Auth-Token: eyJhbGciOiJIUzI1NiJ9.eyJzb3VyY2VfaWQiOiJkMGQ0In0.c2ln\r\n\
         Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: cors\r\nX-Forwarded-For: 198.51.100.9\r\n"
    )
}

fn get() -> Vec<u8> {
    format!("{}\r\n", head("GET")).into_bytes()
}

fn post(length: usize) -> Vec<u8> {
    let body = format!("{{\"text\":\"{}\"}}", "x".repeat(length - 11));
    let kind = "Content-Type: application/json\r\n";
    format!("{}{kind}Content-Length: {}\r\n\r\n{body}", head("POST"), body.len()).into_bytes()
}
