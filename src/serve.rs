//! Takes connections and hands their requests to the router.
//!
//! axum's own loop sets no limit on how long a client may take to send its headers, so that a few idle machines could
//! hold every connection open for ever. That limit is the one thing done differently here.

use std::{convert::Infallible, io, net::SocketAddr, time::Duration};

use axum::{Router, body::Body, extract::ConnectInfo, http::Request};
use hyper::{body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use tokio::{
    net::{TcpListener, TcpStream},
    select,
    sync::watch,
    time::sleep,
};
use tower::ServiceExt;

/// How long a client may take to send the head of a request, and how long a connection may lie idle.
const HEAD: Duration = Duration::from_secs(30);
/// After an error that all connections would meet, such as too many open files.
const BREATH: Duration = Duration::from_secs(1);

/// Serves until `stop` turns true, then waits for the requests that have begun.
pub(crate) async fn serve(listener: TcpListener, router: Router, mut stop: watch::Receiver<bool>) {
    let graceful = GracefulShutdown::new();
    loop {
        let accepted = select! {
            accepted = listener.accept() => accepted,
            _ = stop.wait_for(|stop| *stop) => break,
        };
        match accepted {
            Ok((stream, peer)) => connect(stream, peer, router.clone(), &graceful),
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!("no connection can be taken for a moment: {error}");
                sleep(BREATH).await;
            }
        }
    }
    drop(listener);
    graceful.shutdown().await;
}

fn connect(stream: TcpStream, peer: SocketAddr, router: Router, graceful: &GracefulShutdown) {
    // An answer is written at once: waiting for more to send would only add latency.
    let _ = stream.set_nodelay(true);
    let service = service_fn(move |request: Request<Incoming>| {
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(peer));
        let answer = router.clone().oneshot(request);
        async move { Ok::<_, Infallible>(answer.await.unwrap_or_else(|never| match never {})) }
    });
    let mut http = http1::Builder::new();
    http.timer(TokioTimer::new()).header_read_timeout(HEAD);
    let connection = graceful.watch(http.serve_connection(TokioIo::new(stream), service));
    tokio::spawn(async move {
        if let Err(error) = connection.await {
            tracing::debug!(%peer, "a connection ended early: {error}");
        }
    });
}

/// The client is gone already; the next one is not.
fn is_of_one_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    async fn start() -> (SocketAddr, watch::Sender<bool>) {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/", axum::routing::get(async |peer: ConnectInfo<SocketAddr>| peer.ip().to_string()));
        let (stop, told) = watch::channel(false);
        tokio::spawn(serve(listener, router, told));
        (address, stop)
    }

    /// What the server writes before it ends the connection.
    async fn answer(client: &mut TcpStream) -> String {
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        answer
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_never_ends_its_headers_is_let_go() {
        let (address, _stop) = start().await;
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: ").await.unwrap();

        // Time stands still but for waiting: this ends only because a limit ran out.
        assert!(!answer(&mut client).await.contains("200 OK"));
    }

    #[tokio::test]
    async fn a_request_knows_its_peer_and_stopping_ends_the_idle() {
        let (address, stop) = start().await;
        let mut client = TcpStream::connect(address).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n").await.unwrap();
        let mut first = [0; 12];
        client.read_exact(&mut first).await.unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");

        stop.send(true).unwrap();

        assert!(answer(&mut client).await.ends_with("127.0.0.1"));
    }
}
