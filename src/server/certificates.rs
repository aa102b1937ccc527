//! Which certificate does a client get? By its SNI: an exact name, a wildcard, the first.

use crate::policy::listener::CertificateFiles;
use rustls::crypto::CryptoProvider;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use std::collections::HashMap;
use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use x509_parser::extensions::GeneralName;
use x509_parser::prelude::{FromDer, X509Certificate};

/// Certificates by the names that they are good for.
#[derive(Debug)]
pub(super) struct Certificates {
    expiries: Vec<Expiry>,
    by_name: HashMap<String, Arc<CertifiedKey>>,
    first: Arc<CertifiedKey>,
}

/// Until when a certificate is good.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Expiry {
    /// The name of its file.
    pub(super) file: Arc<str>,
    /// In seconds since 1970.
    pub(super) at: i64,
}

/// Why a certificate, a key or a list of authorities cannot be used. Names files, never
/// their content.
#[derive(Debug)]
pub struct BadFile {
    file: PathBuf,
    why: String,
}

impl BadFile {
    pub(super) fn new(file: &Path, why: impl ToString) -> Self {
        Self { file: file.to_owned(), why: why.to_string() }
    }
}

impl fmt::Display for BadFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.file.display(), self.why)
    }
}

impl std::error::Error for BadFile {}

impl Certificates {
    /// Reads every chain and key; one that cannot be used is an error.
    pub(super) fn read(
        files: &[CertificateFiles],
        provider: &CryptoProvider,
    ) -> Result<Self, BadFile> {
        let mut by_name = HashMap::new();
        let mut first = None;
        let mut expiries = Vec::new();
        for entry in files {
            let chain = chain(&entry.chain)?;
            let names = match chain.first() {
                Some(leaf) => names(leaf).map_err(|why| BadFile::new(&entry.chain, why))?,
                None => Vec::new(),
            };
            // The chain is as good as the certificate that ends first.
            if let Some(at) = chain.iter().filter_map(expires).min() {
                let file = entry.chain.file_name().unwrap_or_default().to_string_lossy();
                expiries.push(Expiry { file: file.into(), at });
            }
            let key = PrivateKeyDer::from_pem_file(&entry.key)
                .map_err(|e| BadFile::new(&entry.key, e))?;
            let certified =
                CertifiedKey::from_der(chain, key, provider).map_err(|error| match error {
                    rustls::Error::InconsistentKeys(_) => BadFile::new(
                        &entry.key,
                        format_args!(
                            "is not the key of the certificate in {}",
                            entry.chain.display()
                        ),
                    ),
                    other => BadFile::new(&entry.key, other),
                })?;
            let certified = Arc::new(certified);
            for name in names {
                by_name.entry(name).or_insert_with(|| Arc::clone(&certified));
            }
            first.get_or_insert(certified);
        }
        let first =
            first.ok_or_else(|| BadFile::new(Path::new("certificates"), "none is configured"))?;
        Ok(Self { by_name, first, expiries })
    }

    /// Until when each is good.
    pub(super) fn expiries(&self) -> &[Expiry] {
        &self.expiries
    }
}

impl ResolvesServerCert for Certificates {
    fn resolve(&self, hello: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        let Some(name) = hello.server_name() else { return Some(Arc::clone(&self.first)) };
        let name = name.to_ascii_lowercase();
        // A wildcard stands for exactly one label (RFC 9525 §6.3).
        let found = self.by_name.get(&name).or_else(|| {
            let (_, parent) = name.split_once('.')?;
            self.by_name.get(&format!("*.{parent}"))
        });
        Some(Arc::clone(found.unwrap_or(&self.first)))
    }
}

/// The certificates of a PEM file, at least one.
pub(super) fn chain(file: &Path) -> Result<Vec<CertificateDer<'static>>, BadFile> {
    let chain: Vec<_> = CertificateDer::pem_file_iter(file)
        .and_then(Iterator::collect)
        .map_err(|e| BadFile::new(file, e))?;
    if chain.is_empty() {
        return Err(BadFile::new(file, "holds no certificate in PEM form"));
    }
    Ok(chain)
}

/// When a certificate ends, in seconds since 1970.
fn expires(certificate: &CertificateDer<'_>) -> Option<i64> {
    let (_, certificate) = X509Certificate::from_der(certificate).ok()?;
    Some(certificate.validity().not_after.timestamp())
}

/// The DNS names that a certificate is good for, lower case; its common name where it has none.
fn names(leaf: &CertificateDer<'_>) -> Result<Vec<String>, String> {
    let (_, leaf) = X509Certificate::from_der(leaf).map_err(|e| e.to_string())?;
    let alternatives = leaf.subject_alternative_name().map_err(|e| e.to_string())?;
    let names: Vec<String> = alternatives
        .iter()
        .flat_map(|extension| &extension.value.general_names)
        .filter_map(|name| match name {
            GeneralName::DNSName(name) => Some(name.to_ascii_lowercase()),
            _ => None,
        })
        .collect();
    if !names.is_empty() || alternatives.is_some() {
        return Ok(names);
    }
    let common = leaf.subject().iter_common_name().filter_map(|name| name.as_str().ok());
    Ok(common.map(str::to_ascii_lowercase).collect())
}
