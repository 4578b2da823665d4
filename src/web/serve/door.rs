//! Shuts a listener without turning away who is on the threshold.
//!
//! A system accepts connections on our behalf, and resets those that we have not taken when the listener is closed. A proxy
//! may have sent a request by then that it will not repeat. So new ones are kept out first, and the rest is taken.

use std::{
    io,
    net::{self, SocketAddr},
    os::fd::AsFd,
};

use socket2::SockRef;
use tokio::net::{TcpListener, TcpStream};

/// Has the system drop the first packet of each new connection, while those that have begun go on. A client repeats it
/// after a second, and by then finds another in our place, or nobody, and can go elsewhere.
#[cfg(target_os = "linux")]
pub(super) fn shut(listener: &TcpListener) -> io::Result<()> {
    use socket2::SockFilter;

    /// Where TCP's flags are, and which of them tell.
    const FLAGS: u32 = 13;
    const SYN: u32 = 0x02;
    const ACK: u32 = 0x10;
    // A program for the kernel: with SYN and without ACK nothing is left of the packet, else all.
    SockRef::from(listener).attach_filter(&[
        SockFilter::new(0x30, 0, 0, FLAGS),
        SockFilter::new(0x54, 0, 0, SYN | ACK),
        SockFilter::new(0x15, 0, 1, SYN),
        SockFilter::new(0x06, 0, 0, 0),
        SockFilter::new(0x06, 0, 0, u32::MAX),
    ])
}

#[cfg(not(target_os = "linux"))]
pub(super) fn shut(_listener: &TcpListener) -> io::Result<()> {
    Err(io::ErrorKind::Unsupported.into())
}

/// Those who wait, taken at once: tokio would look only when it is told of them.
pub(super) fn waiting(listener: &TcpListener) -> impl Iterator<Item = (TcpStream, SocketAddr)> {
    let listener = listener.as_fd().try_clone_to_owned().map(net::TcpListener::from).ok();
    std::iter::from_fn(move || {
        let (stream, peer) = listener.as_ref()?.accept().ok()?;
        stream.set_nonblocking(true).ok()?;
        Some((TcpStream::from_std(stream).ok()?, peer))
    })
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::time::Duration;

    use super::*;

    #[tokio::test]
    async fn who_has_come_is_taken_and_nobody_comes_any_more() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let on_the_threshold: Vec<_> = (0..5).map(|_| net::TcpStream::connect(address).unwrap()).collect();

        shut(&listener).unwrap();

        let late = net::TcpStream::connect_timeout(&address, Duration::from_millis(200));
        assert_eq!(late.unwrap_err().kind(), io::ErrorKind::TimedOut);
        assert_eq!(waiting(&listener).count(), on_the_threshold.len());
    }
}
