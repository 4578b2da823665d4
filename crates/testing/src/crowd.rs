//! Visitors by the hundred, who sign in one after the other, whatever happens to the app's store meanwhile.

use std::{
    net::Ipv4Addr,
    sync::{
        Arc, Mutex,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant},
};

use reqwest::{Client, redirect::Policy};
use tokio::task::JoinSet;
use url::Url;

use super::{browser::Browser, provider::THE_CODE, secs};

/// Those who come to one app, in front of a provider [`without_limits`](super::Provider::without_limits).
#[derive(Clone)]
pub struct Crowd {
    http: Client,
    base: Url,
    everywhere: bool,
    signed_in: Arc<Mutex<Vec<Browser>>>,
}

impl Crowd {
    pub fn at(base: &str) -> Self {
        let http = Client::builder().redirect(Policy::none()).timeout(secs(60)).build().unwrap();
        Self { http, base: base.parse().unwrap(), everywhere: false, signed_in: Arc::default() }
    }

    /// The same, each from an address of their own, as a proxy tells it.
    pub fn from_everywhere(base: &str) -> Self {
        Self { everywhere: true, ..Self::at(base) }
    }

    /// One more visitor.
    pub fn visitor(&self) -> Browser {
        static NEXT: AtomicU32 = AtomicU32::new(u32::from_be_bytes([100, 64, 0, 0]));
        if !self.everywhere {
            return Browser::through(self.http.clone(), self.base.clone());
        }
        let address = Ipv4Addr::from_bits(NEXT.fetch_add(1, Ordering::Relaxed)).to_string();
        let headers = [("x-forwarded-for", address.as_str()), ("x-forwarded-proto", "http")];
        let headers = headers.map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()));
        let http = Client::builder().redirect(Policy::none()).timeout(secs(60));
        let http = http.default_headers(headers.into_iter().collect()).build().unwrap();
        Browser::through(http, self.base.clone())
    }

    /// One more, who signs in. An error is the first answer that led no further.
    pub async fn sign_in(&self) -> Result<Browser, String> {
        let visitor = self.visitor();
        let expect = |answer: super::Answer, status: u16| {
            let met = answer.status == status && !(status == 303 && answer.location() == Some("/"));
            if met { Ok(answer) } else { Err(format!("{} {}", answer.status, answer.body)) }
        };
        expect(visitor.get("/").await, 200)?;
        expect(visitor.post("/verify", &[("phone", &new_number())]).await, 303)?;
        let page = expect(visitor.get("/verify").await, 200)?;
        expect(visitor.check(&page.request_id(), THE_CODE).await, 303)?;
        Ok(visitor)
    }

    /// So many come at once, each followed by the next, until what is returned is dropped.
    pub fn keeps_coming(&self, at_once: usize) -> JoinSet<()> {
        let mut crowd = JoinSet::new();
        for _ in 0..at_once {
            let crowd_of_one = self.clone();
            crowd.spawn(async move {
                loop {
                    match crowd_of_one.sign_in().await {
                        Ok(visitor) => crowd_of_one.signed_in.lock().unwrap().push(visitor),
                        // As a person does who is told that it does not work now.
                        Err(_) => tokio::time::sleep(Duration::from_millis(50)).await,
                    }
                }
            });
        }
        crowd
    }

    /// All who were told that they are signed in.
    pub fn signed_in(&self) -> Vec<Browser> {
        self.signed_in.lock().unwrap().clone()
    }

    /// Waits until so many more have signed in; how long it took.
    pub async fn more(&self, many: usize) -> Duration {
        let begun = Instant::now();
        let enough = self.signed_in().len() + many;
        while self.signed_in().len() < enough {
            assert!(begun.elapsed() < secs(60), "nobody can sign in any more");
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        begun.elapsed()
    }
}

/// A number that no other visitor of this process has.
pub fn new_number() -> String {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    format!("+44 74{:08}", NEXT.fetch_add(1, Ordering::Relaxed))
}
