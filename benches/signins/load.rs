//! The load: a crowd of visitors, each of whom starts over as soon as they are through.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use tokio::{task::JoinSet, time::timeout};

use crate::{
    Outcome,
    browser::{Answer, Browser},
};

/// How long past its span a crowd may take to finish what it began.
const PATIENCE: Duration = Duration::from_secs(20);

/// What one visitor does, from a browser without cookies to the last page.
#[derive(Clone, Copy)]
pub(crate) enum Journey {
    /// The page a new visitor sees first.
    FrontPage,
    /// Through the app: five requests, each POST answered by a redirect.
    AppSignIn,
    /// Through the Koa app or the ceiling: three requests, each POST answered by a page.
    PlainSignIn,
    /// One question of a proxy about a request of a visitor who has signed in before.
    AppAuth,
    /// The same question, which the ceiling answers without looking.
    CeilingAuth,
    /// The same question about one of the sessions that were put into the store: any of `among`, spread over all `of` them.
    StoredAuth { among: u32, of: u32 },
}

/// How many visitors come at once, and for how long.
#[derive(Clone, Copy)]
pub(crate) struct Crowd {
    pub(crate) visitors: u32,
    pub(crate) span: Duration,
}

/// What a crowd experienced.
#[derive(Default)]
pub(crate) struct Load {
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    /// How long each journey took, shortest first; at least one.
    pub(crate) journeys: Vec<Duration>,
    /// How long each request took for which the server called the provider, shortest first.
    pub(crate) calls: Vec<Duration>,
}

impl Journey {
    /// What is done once, before anything is measured.
    async fn prepare(self, browser: &mut Browser) -> Outcome<()> {
        match self {
            Self::AppAuth => Box::pin(Self::AppSignIn.walk(browser, &mut Vec::new())).await,
            Self::CeilingAuth => {
                browser.bring("phonegate-browser", &"A".repeat(43));
                browser.bring("phonegate", &"A".repeat(43));
                Ok(())
            }
            _ => Ok(()),
        }
    }

    /// Adds to `calls` how long each POST took.
    async fn walk(self, browser: &mut Browser, calls: &mut Vec<Duration>) -> Outcome<()> {
        match self {
            Self::AppAuth | Self::CeilingAuth => {
                browser.ask_as_proxy("/auth").await?.page()?;
            }
            Self::StoredAuth { among, of } => {
                browser.forget();
                browser.bring("phonegate", &stored_token(next(&ASKED) % among * (of / among)));
                browser.ask_as_proxy("/auth").await?.page()?;
            }
            Self::FrontPage => {
                browser.forget();
                browser.get("/").await?.page()?;
            }
            Self::AppSignIn => {
                browser.forget();
                browser.get("/").await?.page()?;
                submit(browser, "/verify", &number_form(), calls).await?.redirect("/verify")?;
                let form = pin_form(browser.get("/verify").await?.page()?.hidden("request_id")?);
                submit(browser, "/check", &form, calls).await?.redirect("/result")?;
                browser.get("/result").await?.page()?;
            }
            Self::PlainSignIn => {
                browser.forget();
                browser.get("/").await?.page()?;
                let page = submit(browser, "/verify", &number_form(), calls).await?.page()?;
                let form = pin_form(page.hidden("request_id")?);
                submit(browser, "/check", &form, calls).await?.page()?;
            }
        }
        Ok(())
    }
}

/// Submits a form for which the server has to call the provider.
async fn submit<'a>(
    browser: &'a mut Browser,
    path: &str,
    form: &str,
    calls: &mut Vec<Duration>,
) -> Outcome<Answer<'a>> {
    let begun = Instant::now();
    let answer = browser.post(path, form).await?;
    calls.push(begun.elapsed());
    Ok(answer)
}

static NUMBERS: AtomicU32 = AtomicU32::new(0);
static ASKED: AtomicU32 = AtomicU32::new(0);

fn next(taken: &AtomicU32) -> u32 {
    taken.fetch_add(1, Ordering::Relaxed)
}

/// The token in the cookie of a session that was put into the store; `parts/sessions.py` makes the same.
fn stored_token(session: u32) -> String {
    format!("{session:043}")
}

/// A British mobile number that no visitor before had: +44 7400 000000 and on, all of them valid up to 7449 999999.
fn number_form() -> String {
    format!("phone=%2B44{}", 7_400_000_000_u64 + u64::from(next(&NUMBERS)))
}

fn pin_form(request_id: &str) -> String {
    format!("request_id={request_id}&pin=123456")
}

/// Sends a crowd on its journey, again and again until its span is over.
pub(crate) async fn drive(address: SocketAddr, journey: Journey, crowd: Crowd) -> Outcome<Load> {
    let mut browsers = Vec::new();
    for _ in 0..crowd.visitors {
        let mut browser = Browser::connect(address).await?;
        journey.prepare(&mut browser).await?;
        browsers.push(browser);
    }

    let begun = Instant::now();
    let mut visitors = JoinSet::new();
    for browser in browsers {
        visitors.spawn(visit(browser, journey, begun + crowd.span));
    }
    let mut load = Load::default();
    timeout(crowd.span + PATIENCE, async {
        while let Some(visitor) = visitors.join_next().await {
            let (journeys, calls) = visitor??;
            load.journeys.extend(journeys);
            load.calls.extend(calls);
        }
        Outcome::Ok(())
    })
    .await
    .map_err(|_| "the server stopped answering")??;

    load.elapsed = begun.elapsed();
    load.journeys.sort_unstable();
    load.calls.sort_unstable();
    Ok(load)
}

/// How long each journey of a visitor took, and each call in them.
async fn visit(
    mut browser: Browser,
    journey: Journey,
    until: Instant,
) -> Outcome<(Vec<Duration>, Vec<Duration>)> {
    let (mut journeys, mut calls) = (Vec::new(), Vec::new());
    let mut begun = Instant::now();
    loop {
        journey.walk(&mut browser, &mut calls).await?;
        let ended = Instant::now();
        journeys.push(ended - begun);
        if ended >= until {
            return Ok((journeys, calls));
        }
        begun = ended;
    }
}
