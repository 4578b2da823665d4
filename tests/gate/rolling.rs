//! A rolling restart behind nginx, which keeps connections to us: nobody sees an error.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    time::Duration,
};

use phonegate::testing::clock::Clock;
use reqwest::{Client, Method};

use crate::{
    proxy::{Proxy, free_address},
    world::{start_phonegate, until},
};
use phonegate_testing::{Binary, Provider};

const CLIENTS: usize = 16;

/// Asks for pages and sends forms until told to stop; each status that is none of ours.
async fn visit(client: Client, base: String, done: Arc<AtomicBool>, count: Arc<AtomicUsize>) -> Vec<String> {
    let mut wrong = Vec::new();
    while !done.load(Ordering::SeqCst) {
        // A form that is not repeated by a proxy that got no answer, and one that is refused before anything is sent.
        let form = client.request(Method::POST, format!("{base}/verify"));
        let form = form.header("origin", "https://sign-in.example.com").body("phone=12");
        let form = form.header("content-type", "application/x-www-form-urlencoded");
        for (request, expected) in [(client.get(&base), 200), (form, 422)] {
            match request.header("host", "sign-in.example.com").send().await {
                Ok(answer) if answer.status() == expected => {}
                Ok(answer) => wrong.push(answer.status().to_string()),
                Err(error) => wrong.push(error.to_string()),
            }
            count.fetch_add(1, Ordering::SeqCst);
        }
    }
    wrong
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn no_request_fails_while_instances_are_replaced() {
    let provider = Provider::start(&Clock::system()).await;
    // Both keep their own store: a page and a refusal need none in common.
    let settings = [("DRAIN", "2s")];
    let mut instances: Vec<Binary> = (0..2).map(|_| start_phonegate(&provider, &settings)).collect();
    let [one, other] = [0, 1].map(|index| instances[index].address().to_string());
    let spare = start_phonegate(&provider, &settings);
    let block = format!(
        "upstream phonegate {{ server {one}; server {other}; server {} backup; keepalive 8; }}\n\
         server {{ listen 127.0.0.1:8080; location / {{ proxy_pass http://phonegate; proxy_http_version 1.1;\n\
         proxy_set_header Connection \"\"; proxy_set_header Host sign-in.example.com; }} }}\n",
        spare.address()
    );
    let nginx = free_address();
    let _nginx = Proxy::demo(&block, "", spare.address(), nginx);
    let (done, count) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
    let visitors: Vec<_> = (0..CLIENTS)
        .map(|_| {
            let client = Client::builder().timeout(Duration::from_mins(1)).build().unwrap();
            tokio::spawn(visit(client, format!("http://{nginx}"), done.clone(), count.clone()))
        })
        .collect();
    let more = async |requests: usize| {
        let goal = count.load(Ordering::SeqCst) + requests;
        until("visitors are not served", async || count.load(Ordering::SeqCst) >= goal).await;
    };

    more(300).await;
    for instance in &mut instances {
        instance.signal("TERM");
        more(300).await;
        assert_eq!(tokio::task::block_in_place(|| instance.end()), Some(0));
        more(300).await;
    }
    done.store(true, Ordering::SeqCst);

    for visitor in visitors {
        assert_eq!(visitor.await.unwrap(), Vec::<String>::new());
    }
}
