//! The load: a crowd of visitors, each of whom starts over as soon as they are through.

use std::{
    net::SocketAddr,
    sync::atomic::{AtomicU32, Ordering},
    time::{Duration, Instant},
};

use tokio::{task::JoinSet, time::timeout};

use crate::{Outcome, browser::Browser};

/// How long past its span a crowd may take to finish what it began.
const PATIENCE: Duration = Duration::from_secs(20);

/// What one visitor does, from a browser without cookies to the last page.
#[derive(Clone, Copy)]
pub(crate) enum Journey {
    /// The page a new visitor sees first.
    FrontPage,
    /// Through the app: five requests, each POST answered by a redirect.
    AppSignIn,
    /// Through the ceiling: three requests, each POST answered by a page.
    CeilingSignIn,
    /// One question of a proxy about a request of a visitor who has signed in before.
    AppAuth,
    /// The same question, which the ceiling answers without looking.
    CeilingAuth,
}

/// How many visitors come at once, and for how long.
#[derive(Clone, Copy)]
pub(crate) struct Crowd {
    pub(crate) visitors: u32,
    pub(crate) span: Duration,
}

/// What a crowd experienced.
pub(crate) struct Load {
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    /// How long each journey took, shortest first; at least one.
    pub(crate) journeys: Vec<Duration>,
}

impl Journey {
    /// What is done once, before anything is measured.
    async fn prepare(self, browser: &mut Browser) -> Outcome<()> {
        match self {
            Self::AppAuth => Box::pin(Self::AppSignIn.walk(browser)).await,
            Self::CeilingAuth => {
                browser.bring("phonegate-browser", &"A".repeat(43));
                browser.bring("phonegate", &"A".repeat(43));
                Ok(())
            }
            Self::FrontPage | Self::AppSignIn | Self::CeilingSignIn => Ok(()),
        }
    }

    async fn walk(self, browser: &mut Browser) -> Outcome<()> {
        if let Self::AppAuth | Self::CeilingAuth = self {
            browser.ask_as_proxy("/auth").await?.page()?;
            return Ok(());
        }
        browser.forget();
        browser.get("/").await?.page()?;
        match self {
            Self::FrontPage | Self::AppAuth | Self::CeilingAuth => {}
            Self::AppSignIn => {
                browser.post("/verify", &number_form()).await?.redirect("/verify")?;
                let form = pin_form(browser.get("/verify").await?.page()?.hidden("request_id")?);
                browser.post("/check", &form).await?.redirect("/result")?;
                browser.get("/result").await?.page()?;
            }
            Self::CeilingSignIn => {
                let form =
                    pin_form(browser.post("/verify", &number_form()).await?.page()?.hidden("request_id")?);
                browser.post("/check", &form).await?.page()?;
            }
        }
        Ok(())
    }
}

/// A British mobile number that no visitor before had: +44 7400 000000 and on, all of them valid up to 7449 999999.
fn number_form() -> String {
    static TAKEN: AtomicU32 = AtomicU32::new(0);
    format!("phone=%2B44{}", 7_400_000_000_u64 + u64::from(TAKEN.fetch_add(1, Ordering::Relaxed)))
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
    let mut journeys = Vec::new();
    timeout(crowd.span + PATIENCE, async {
        while let Some(visitor) = visitors.join_next().await {
            journeys.extend(visitor??);
        }
        Outcome::Ok(())
    })
    .await
    .map_err(|_| "the server stopped answering")??;

    let elapsed = begun.elapsed();
    journeys.sort_unstable();
    Ok(Load { elapsed, journeys })
}

async fn visit(mut browser: Browser, journey: Journey, until: Instant) -> Outcome<Vec<Duration>> {
    let mut journeys = Vec::new();
    let mut begun = Instant::now();
    loop {
        journey.walk(&mut browser).await?;
        let ended = Instant::now();
        journeys.push(ended - begun);
        if ended >= until {
            return Ok(journeys);
        }
        begun = ended;
    }
}
