//! Requests hidden in the headers of others: a proxy that names the length of a body which it does not send would have
//! the gate take the next question for that body, and answer what a client wrote into it.

use std::sync::{Arc, Mutex};

use reqwest::{Client, RequestBuilder};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpListener,
};

use crate::{
    proxy::{Changes, Kind, Proxy},
    site::Site,
    world::{COOKIE, SITE, World, click, client_of, seen},
};
use phonegate_testing::PHONE;

/// nginx keeps its connections to the gate, as it does by itself since 1.29.7.
pub(crate) const KEPT: Changes<'_> = &[
    ("proxy_pass http://127.0.0.1:3000", "proxy_pass http://phonegate"),
    (
        "map $http_cookie $other_cookies {",
        "upstream phonegate { server 127.0.0.1:3000; keepalive 8; }\nmap $http_cookie $other_cookies {",
    ),
];
/// And names the length of what it does not send.
const CARELESS: Changes<'_> = &[
    KEPT[0],
    KEPT[1],
    ("proxy_method GET;\n", ""),
    ("proxy_set_header Content-Length \"\";\n", ""),
    ("proxy_set_header Transfer-Encoding \"\";\n", ""),
];

const HIDDEN: &str = "GET /healthz HTTP/1.1";
const REQUESTS: usize = 4_000;
const WORKERS: usize = 16;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_in_by_a_request_hidden_in_a_header_behind_nginx() {
    let world = World::changed(Kind::Nginx, KEPT).await;
    nobody_gets_in(&world, length_up_to_the_hidden(Kind::Nginx, KEPT).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_in_behind_an_nginx_that_announces_bodies_and_sends_none() {
    let world = World::changed(Kind::Nginx, CARELESS).await;
    nobody_gets_in(&world, length_up_to_the_hidden(Kind::Nginx, CARELESS).await).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nobody_gets_in_by_a_request_hidden_in_a_header_behind_caddy() {
    let world = World::behind(Kind::Caddy).await;
    nobody_gets_in(&world, length_up_to_the_hidden(Kind::Caddy, &[]).await).await;
}

/// A form whose headers hide a request, and whose body is so long.
fn form(client: &Client, length: usize) -> RequestBuilder {
    let request = client.post(format!("{SITE}/form")).header("x-pad", "x".repeat(1_500));
    request.header("x-pads", HIDDEN).body(vec![b'x'; length])
}

/// At which place of the proxy's question the hidden request begins.
async fn length_up_to_the_hidden(kind: Kind, changes: Changes<'_>) -> usize {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let site = Site::start().await;
    let proxy = Proxy::start(kind, listener.local_addr().unwrap(), site.address, changes);
    let questions = Arc::new(Mutex::new(Vec::new()));
    let noted = questions.clone();
    let gate = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = Vec::new();
            while !head.windows(4).any(|end| end == b"\r\n\r\n") {
                head.push(stream.read_u8().await.unwrap());
            }
            noted.lock().unwrap().push(String::from_utf8(head).unwrap());
            let answer = b"HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
            stream.write_all(answer).await.unwrap();
        }
    });

    // The length of the body stands in the question too: as many digits as the place that is looked for has.
    let _ = form(&client_of(proxy.address), 2_000).send().await;

    gate.abort();
    let question = questions.lock().unwrap().swap_remove(0);
    let place = question.find(HIDDEN).unwrap();
    assert!((1_000..10_000).contains(&place), "{question}");
    place
}

async fn nobody_gets_in(world: &World, length: usize) {
    let workers = (0..WORKERS).map(|_| {
        let client = world.client();
        tokio::spawn(async move {
            for _ in 0..REQUESTS / WORKERS {
                let response = form(&client, length).send().await.unwrap();
                assert_eq!(response.status(), 401);
                let page = response.text().await.unwrap();
                assert!(page.contains("If you just sent a form, it did not arrive"), "{page}");
            }
        })
    });
    for worker in workers.collect::<Vec<_>>() {
        worker.await.unwrap();
    }
    assert_eq!(world.site.reached(), 0, "served without an account");

    let (_, token) = world.sign_in(PHONE).await;
    let request = form(&world.client(), length).header("cookie", format!("{COOKIE}={token}"));
    let seen = seen(request.send().await.unwrap()).await;
    assert_eq!((seen.method.as_str(), seen.all("x-forwarded-method")), ("POST", vec!["POST"]));
    let request = click(&world.client(), SITE).header("cookie", format!("{COOKIE}={token}"));
    assert_eq!(request.send().await.unwrap().status(), 200);
}
