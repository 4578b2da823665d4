use std::net::SocketAddr;

use axum::routing::{get, post};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
    time::Instant,
};

use super::*;

/// A server on a free port; it ends with this.
struct Served {
    address: SocketAddr,
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Served {
    async fn start(most: usize, drain: Duration) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let router = Router::new()
            .route("/", get(async |peer: ConnectInfo<SocketAddr>| peer.ip().to_string()))
            .route("/panic", get(async || -> () { panic!("on purpose") }))
            .route("/large", get(async || "x".repeat(64 * 1024 * 1024)))
            .route("/slow", get(async || sleep(Duration::from_secs(10)).await))
            .route("/", post(async |body: String| body));
        let (stop, told) = watch::channel(false);
        let ending = Ending::new(Arc::default());
        let task = tokio::spawn(async move {
            select! {
                () = serve(Arc::new(listener), router, Limit { most, name: "MAX_CONNECTIONS" }, &ending) => {}
                () = ending.lead(told, drain) => {}
            }
        });
        Self { address, stop, task }
    }

    async fn connect(&self) -> Client {
        Client(TcpStream::connect(self.address).await.unwrap())
    }

    /// A client with an answer behind it.
    async fn regular(&self) -> Client {
        let mut client = self.connect().await;
        assert!(client.get("/").await.starts_with("HTTP/1.1 200"));
        client
    }
}

struct Client(TcpStream);

impl Client {
    async fn write(&mut self, text: &str) {
        self.0.write_all(text.as_bytes()).await.unwrap();
    }

    async fn ask(&mut self, path: &str) {
        self.write(&format!("GET {path} HTTP/1.1\r\nHost: localhost\r\n\r\n")).await;
    }

    /// A short answer, whole.
    async fn get(&mut self, path: &str) -> String {
        self.ask(path).await;
        self.answer().await
    }

    async fn answer(&mut self) -> String {
        let mut answer = String::new();
        loop {
            let mut bytes = [0; 1024];
            let count = self.0.read(&mut bytes).await.unwrap();
            answer += std::str::from_utf8(&bytes[..count]).unwrap();
            let whole = answer.split_once("\r\n\r\n").is_some_and(|(head, body)| {
                let length = head.lines().find_map(|line| line.strip_prefix("content-length: "));
                length.is_none_or(|length| body.len() >= length.parse().unwrap())
            });
            if whole || count == 0 {
                return answer;
            }
        }
    }

    /// What comes before the end of the connection.
    async fn rest(&mut self) -> String {
        let mut rest = Vec::new();
        // Whether it is reset or closed is one to us.
        let _ = self.0.read_to_end(&mut rest).await;
        String::from_utf8_lossy(&rest).into_owned()
    }
}

fn about(begun: Instant, seconds: u64) -> bool {
    let took = begun.elapsed();
    (Duration::from_secs(seconds)..Duration::from_secs(seconds + 1)).contains(&took)
}

#[tokio::test(start_paused = true)]
async fn who_never_ends_a_head_or_never_begins_one_is_let_go() {
    let served = Served::start(10, Duration::ZERO).await;
    for head in ["", "GET / HTTP/1.1\r\nHost: localhost\r\nX-Slow: "] {
        let mut client = served.connect().await;
        client.write(head).await;
        let begun = Instant::now();

        // Time stands still but for waiting: this ends only because a limit ran out.
        assert_eq!(client.rest().await, "");
        assert!(about(begun, 15), "{:?}", begun.elapsed());
    }

    let mut client = served.regular().await;
    sleep(Duration::from_secs(30)).await;
    client.write("GET / HTTP/1.1\r\n").await;
    let begun = Instant::now();
    assert_eq!(client.rest().await, "");
    assert!(about(begun, 15), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn a_connection_in_use_outlasts_the_silence_of_proxies_and_has_an_end() {
    let served = Served::start(10, Duration::ZERO).await;
    let mut client = served.regular().await;
    for _ in 0..3 {
        sleep(Duration::from_secs(125)).await;
        assert!(client.get("/").await.starts_with("HTTP/1.1 200"));
    }
    let begun = Instant::now();
    assert_eq!(client.rest().await, "");
    assert!(about(begun, 180), "{:?}", begun.elapsed());
}

#[tokio::test(start_paused = true)]
async fn who_takes_none_of_an_answer_is_let_go() {
    let served = Served::start(1, Duration::ZERO).await;
    let mut client = served.connect().await;
    client.ask("/large").await;

    // The only place is free again, without a byte having been read.
    let begun = Instant::now();
    served.regular().await;
    assert!(begun.elapsed() < Duration::from_secs(35), "{:?}", begun.elapsed());
    drop(client);
}

#[tokio::test]
async fn a_head_has_a_size_and_its_refusal_arrives() {
    let served = Served::start(10, Duration::ZERO).await;
    let fits = "x".repeat(15 * 1024);
    let large = "x".repeat(390 * 1024);
    let many = "X: y\r\n".repeat(200);
    for (headers, status) in [(format!("X: {fits}\r\n"), 200), (format!("X: {large}\r\n"), 431), (many, 431)]
    {
        let mut client = served.connect().await;
        client.write(&format!("GET / HTTP/1.1\r\nHost: localhost\r\n{headers}\r\n")).await;
        let answer = client.answer().await;
        assert!(answer.starts_with(&format!("HTTP/1.1 {status} ")), "{answer}");
    }
}

#[tokio::test]
async fn a_panic_is_an_answer_and_not_the_end_of_the_connection() {
    let served = Served::start(10, Duration::ZERO).await;
    let mut client = served.connect().await;
    assert!(client.get("/panic").await.starts_with("HTTP/1.1 500"));
    assert!(client.get("/").await.ends_with("127.0.0.1"));
}

#[tokio::test]
async fn where_there_is_no_room_the_one_without_a_request_goes_and_the_one_with_one_stays() {
    let served = Served::start(3, Duration::ZERO).await;
    let (mut regular, mut slow) = (served.regular().await, served.connect().await);
    slow.write("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\n").await;
    let mut silent = served.connect().await;

    // Each newcomer finds a place: first that of who has asked for nothing, then that of who is idle.
    let mut first = served.regular().await;
    assert_eq!(silent.rest().await, "");
    assert!(regular.get("/").await.starts_with("HTTP/1.1 200"));
    assert!(first.get("/").await.starts_with("HTTP/1.1 200"));
    served.regular().await;
    assert_eq!(regular.rest().await, "");

    slow.write("ab").await;
    assert!(slow.answer().await.ends_with("ab"));
}

#[tokio::test]
async fn stopping_ends_the_idle_and_what_is_half_asked() {
    let served = Served::start(10, Duration::ZERO).await;
    let mut regular = served.regular().await;
    let mut half = served.connect().await;
    half.write("GET / HTTP/1.1\r\nHost: ").await;
    let mut silent = served.connect().await;

    served.stop.send(true).unwrap();

    for client in [&mut regular, &mut half, &mut silent] {
        assert_eq!(client.rest().await, "");
    }
    served.task.await.unwrap();
    assert!(TcpStream::connect(served.address).await.is_err());
}

#[tokio::test(start_paused = true)]
async fn once_told_to_stop_answers_say_that_they_are_the_last_and_what_has_begun_is_finished() {
    let served = Served::start(10, Duration::from_secs(5)).await;
    let mut slow = served.connect().await;
    slow.ask("/slow").await;
    let mut regular = served.regular().await;
    served.stop.send(true).unwrap();
    sleep(Duration::from_secs(1)).await;

    // It goes on taking requests, old acquaintances and new ones.
    for client in [&mut regular, &mut served.connect().await] {
        let answer = client.get("/").await;
        assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close"), "{answer}");
        assert_eq!(client.rest().await, "");
    }
    let answer = slow.answer().await;
    assert!(answer.starts_with("HTTP/1.1 200") && answer.contains("connection: close"), "{answer}");
    served.task.await.unwrap();
}
