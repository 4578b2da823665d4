//! The signals that mean something to us.

use std::io;

use tokio::{
    select,
    signal::unix::{SignalKind, signal},
    sync::watch,
};

/// Tells of each SIGHUP, which would end the process if nobody took it.
pub(super) fn hangups() -> io::Result<watch::Receiver<()>> {
    let (tell, told) = watch::channel(());
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            tell.send_replace(());
        }
    });
    Ok(told)
}

/// Turns true at Ctrl-C or SIGTERM.
pub(super) fn stop_signal() -> io::Result<watch::Receiver<bool>> {
    let (stop, told) = watch::channel(false);
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        select! {
            _ = tokio::signal::ctrl_c() => {}
            _ = terminate.recv() => {}
        }
        let _ = stop.send(true);
    });
    Ok(told)
}
