//! TLS to a server that is not this machine: always verified.

use std::{path::PathBuf, sync::Arc};

use rustls::{
    ClientConfig, RootCertStore,
    crypto::aws_lc_rs,
    pki_types::{CertificateDer, pem::PemObject},
};
use rustls_platform_verifier::BuilderVerifierExt;
use tokio_postgres_rustls::MakeRustlsConnect;

use super::super::{
    Trouble,
    trouble::{Kind, Refusal},
};

/// Whom to believe.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Roots {
    /// Whom this machine believes.
    Platform,
    /// The certificates of a file.
    File(PathBuf),
}

pub(super) fn connector(roots: &Roots) -> Result<MakeRustlsConnect, Trouble> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| bad(&error))?;
    let builder = match roots {
        Roots::Platform => builder.with_platform_verifier().map_err(|error| bad(&error))?,
        Roots::File(path) => {
            let wrong = |error: &dyn std::fmt::Display| {
                Trouble::new(
                    Kind::Refused(Refusal::Settings),
                    format!("sslrootcert: {} cannot be used: {error}", path.display()),
                )
            };
            let mut store = RootCertStore::empty();
            for certificate in CertificateDer::pem_file_iter(path).map_err(|error| wrong(&error))? {
                let certificate = certificate.map_err(|error| wrong(&error))?;
                store.add(certificate).map_err(|error| wrong(&error))?;
            }
            builder.with_root_certificates(store)
        }
    };
    Ok(MakeRustlsConnect::new(builder.with_no_client_auth()))
}

fn bad(error: &dyn std::fmt::Display) -> Trouble {
    Trouble::new(Kind::Refused(Refusal::Tls), error.to_string())
}
