//! What the benches of whole proxies stand on: threads whose CPU time can be told apart, and a
//! certificate.

use rustls::pki_types::CertificateDer;
use std::fs;
use std::path::Path;
use std::time::Duration;
use tokio::runtime::{Builder, Runtime};

/// A runtime with one thread of this name.
pub(crate) fn runtime(name: &str) -> Runtime {
    Builder::new_multi_thread()
        .worker_threads(1)
        .thread_name(name)
        .enable_all()
        .build()
        .expect("a thread")
}

/// CPU time of all threads of this name.
pub(crate) fn cpu(name: &str) -> Duration {
    let mut nanoseconds = 0;
    for task in fs::read_dir("/proc/self/task").expect("Linux").flatten() {
        let is_named =
            fs::read_to_string(task.path().join("comm")).is_ok_and(|comm| comm.trim() == name);
        let times = fs::read_to_string(task.path().join("schedstat")).unwrap_or_default();
        if is_named {
            nanoseconds += times.split(' ').next().and_then(|n| n.parse::<u64>().ok()).unwrap_or(0);
        }
    }
    Duration::from_nanos(nanoseconds)
}

/// Makes a certificate and returns what signs it.
pub(crate) fn certificate(directory: &Path) -> CertificateDer<'static> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).expect("a certificate");
    fs::write(directory.join("cert.pem"), made.cert.pem()).expect("a file");
    fs::write(directory.join("cert.key"), made.signing_key.serialize_pem()).expect("a file");
    made.cert.der().clone()
}
