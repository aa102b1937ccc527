//! `cloakroom certs`: an authority and a server certificate for development.

use crate::command::Failure;
use crate::server::clock;
use clap::Args;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// Make certificates for development.
#[derive(Debug, Args)]
pub(super) struct Certs {
    /// Where to write ca.pem, NAME.pem and NAME.key; existing files are replaced.
    #[arg(long, short, value_name = "DIRECTORY", default_value = "certs")]
    out: PathBuf,
    /// Begins the file names of the server's certificate and key.
    #[arg(long, value_name = "NAME", default_value = "dev")]
    name: String,
    /// The names and addresses that the certificate is good for.
    #[arg(value_name = "HOST", default_values = ["localhost", "127.0.0.1", "::1"])]
    hosts: Vec<String>,
}

/// How long development certificates last.
const VALID: Duration = Duration::from_secs(90 * 86_400);

impl Certs {
    pub(super) fn run(self) -> Result<(), Failure> {
        let made = make(&self.hosts).map_err(|e| Failure::new("certificate", e))?;
        fs::create_dir_all(&self.out).map_err(|e| Failure::new(self.out.display(), e))?;
        let mut out = std::io::stdout().lock();
        for (file, text, mode) in [
            ("ca.pem".to_owned(), &made.authority, 0o644),
            (format!("{}.pem", self.name), &made.chain, 0o644),
            (format!("{}.key", self.name), &made.key, 0o600),
        ] {
            let file = self.out.join(file);
            write(&file, text, mode).map_err(|e| Failure::new(file.display(), e))?;
            writeln!(out, "{}", file.display())?;
        }
        Ok(())
    }
}

/// An authority and a certificate that it has signed, all PEM. The authority's key is gone.
pub(super) struct Made {
    /// The authority, for clients to believe.
    pub(super) authority: String,
    /// The server's certificate.
    pub(super) chain: String,
    /// The server's private key.
    pub(super) key: String,
}

/// Makes a certificate for these names and addresses.
pub(super) fn make(hosts: &[String]) -> Result<Made, rcgen::Error> {
    let now = date_time_ymd(1970, 1, 1) + clock::since_epoch();
    let name = |common: &str| {
        let mut name = DistinguishedName::new();
        name.push(DnType::CommonName, common);
        name
    };
    let mut authority = CertificateParams::default();
    authority.distinguished_name = name("cloakroom development authority, for tests only");
    authority.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
    authority.key_usages = vec![KeyUsagePurpose::KeyCertSign];
    (authority.not_before, authority.not_after) = (now, now + VALID);
    let authority = CertifiedIssuer::self_signed(authority, KeyPair::generate()?)?;
    let mut server = CertificateParams::new(hosts)?;
    server.distinguished_name = name("cloakroom development server");
    server.use_authority_key_identifier_extension = true;
    (server.not_before, server.not_after) = (now, now + VALID);
    let key = KeyPair::generate()?;
    let chain = server.signed_by(&key, &authority)?;
    Ok(Made { authority: authority.pem(), chain: chain.pem(), key: key.serialize_pem() })
}

/// Writes a file with this mode, whatever stood there before.
pub(super) fn write(file: &Path, text: &str, mode: u32) -> std::io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut out = OpenOptions::new().write(true).create_new(true).mode(mode).open(file)?;
    out.write_all(text.as_bytes())
}
