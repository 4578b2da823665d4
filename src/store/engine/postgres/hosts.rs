//! The hosts of a Postgres, one of which takes writes.

use std::{
    fmt,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use deadpool::managed::{Manager, Metrics, RecycleError, RecycleResult};
use tokio::time::timeout;
use tokio_postgres::{Client, Config, NoTls, SimpleQueryMessage};
use tokio_postgres_rustls::MakeRustlsConnect;

use super::{
    super::{Trouble, trouble::Kind},
    address::Address,
    tls,
};

/// How long a host may take to let us in, where there is another one.
const PATIENCE: Duration = Duration::from_millis(1500);
/// How long one that takes no writes is made do with before one that does is looked for again.
const MADE_DO_WITH: Duration = Duration::from_secs(1);
/// How long a server has to stop a statement that was given up.
const STOPPING: Duration = Duration::from_secs(2);

pub(super) struct Hosts {
    each: Vec<(Config, Option<MakeRustlsConnect>)>,
    /// The one that took writes when we last looked.
    last: AtomicUsize,
}

/// A connection, and how its statements are stopped.
pub(super) struct Connected {
    pub(super) client: Client,
    /// As far as that matters: where there is one host, it is that one.
    takes_writes: bool,
    tls: Option<MakeRustlsConnect>,
}

impl fmt::Debug for Hosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hosts").field("number", &self.each.len()).finish_non_exhaustive()
    }
}

impl fmt::Debug for Connected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connected").finish_non_exhaustive()
    }
}

impl Hosts {
    pub(super) fn new(addresses: Vec<Address>) -> Result<Self, Trouble> {
        let each = addresses.into_iter().map(|Address { config, tls }| {
            let tls = tls.map(|roots| tls::connector(&roots)).transpose()?;
            Ok((config, tls))
        });
        Ok(Self { each: each.collect::<Result<_, Trouble>>()?, last: AtomicUsize::new(0) })
    }

    /// To the host that takes writes; where none does, to one that can be read.
    pub(super) async fn connect(&self) -> Result<Connected, Trouble> {
        if let [(config, tls)] = &self.each[..] {
            return connect(config, tls.as_ref()).await;
        }
        let (mut readable, mut refused) = (None, None);
        let first = self.last.load(Ordering::Relaxed);
        for place in 0..self.each.len() {
            let place = (first + place) % self.each.len();
            let Some((config, tls)) = self.each.get(place) else { continue };
            let look = async {
                let connected = connect(config, tls.as_ref()).await?;
                let writes = connected.takes_writes().await?;
                Ok((connected, writes))
            };
            match timeout(PATIENCE, look).await {
                Ok(Ok((connected, true))) => {
                    if self.last.swap(place, Ordering::Relaxed) != place {
                        tracing::warn!("another host of STORE_URL takes writes now: number {}", place + 1);
                    }
                    return Ok(connected);
                }
                Ok(Ok((connected, false))) => {
                    readable = Some(Connected { takes_writes: false, ..connected });
                }
                Ok(Err(trouble)) => refused = refused.or(Some(trouble)),
                Err(_) => {
                    let late = || {
                        let text = format!("no answer from a host of STORE_URL in {PATIENCE:?}");
                        Trouble::new(Kind::Late, text)
                    };
                    refused = refused.or_else(|| Some(late()));
                }
            }
        }
        readable.ok_or_else(|| {
            refused.unwrap_or_else(|| Trouble::new(Kind::Away, "no host of STORE_URL answers"))
        })
    }
}

async fn connect(config: &Config, tls: Option<&MakeRustlsConnect>) -> Result<Connected, Trouble> {
    let client = if let Some(tls) = tls {
        let (client, connection) = config.connect(tls.clone()).await?;
        tokio::spawn(connection);
        client
    } else {
        let (client, connection) = config.connect(NoTls).await?;
        tokio::spawn(connection);
        client
    };
    Ok(Connected { client, takes_writes: true, tls: tls.cloned() })
}

impl Connected {
    async fn takes_writes(&self) -> Result<bool, Trouble> {
        let answer = self.client.simple_query("SHOW transaction_read_only").await?;
        Ok(answer.iter().any(|it| matches!(it, SimpleQueryMessage::Row(row) if row.get(0) == Some("off"))))
    }

    /// Closes the connection and has the server stop what runs on it.
    pub(super) fn stop(self) {
        if self.client.is_closed() {
            return;
        }
        let Ok(runtime) = tokio::runtime::Handle::try_current() else { return };
        let Self { client, tls, .. } = self;
        runtime.spawn(async move {
            let token = client.cancel_token();
            let stop = async {
                match tls {
                    Some(tls) => token.cancel_query(tls).await,
                    None => token.cancel_query(NoTls).await,
                }
            };
            // The server may be the one that does not answer: then its connection is all that can be given up.
            let _ = timeout(STOPPING, stop).await;
            drop(client);
        });
    }
}

impl Manager for Hosts {
    type Type = Connected;
    type Error = Trouble;

    async fn create(&self) -> Result<Connected, Trouble> {
        Box::pin(self.connect()).await
    }

    async fn recycle(&self, connected: &mut Connected, metrics: &Metrics) -> RecycleResult<Trouble> {
        if connected.client.is_closed() {
            return Err(RecycleError::message("closed"));
        }
        // Else what another host has been told since would be asked of one that lags behind.
        if !connected.takes_writes && metrics.age() >= MADE_DO_WITH {
            return Err(RecycleError::message("takes no writes"));
        }
        Ok(())
    }
}
