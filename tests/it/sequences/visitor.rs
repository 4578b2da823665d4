//! A visitor with a browser: cookies, the page before them, and what every answer must be.

use std::collections::BTreeMap;

use axum::http::Request;

use super::world::{Answer, HOST, World};

/// What a visitor has before them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Page {
    Nothing,
    /// The phone form.
    Index,
    /// The PIN form, of this request.
    Pin(String),
    /// It waits for a message; the request it can cancel.
    Wait(String),
    SignedIn,
    /// Over, with a way to start again.
    Over,
}

pub(super) struct Visitor {
    pub(super) name: &'static str,
    cookies: BTreeMap<String, String>,
    pub(super) page: Page,
    /// The requests of all PIN pages so far, newest last.
    pub(super) seen: Vec<String>,
}

/// What came of a request, its redirects followed.
pub(super) struct Outcome {
    pub(super) status: u16,
    pub(super) location: Option<String>,
    pub(super) wait: Option<u64>,
    pub(super) resumed: bool,
    pub(super) body: String,
}

pub(super) type Checked<T> = Result<T, String>;

impl Visitor {
    pub(super) fn new(name: &'static str) -> Self {
        Self { name, cookies: BTreeMap::new(), page: Page::Nothing, seen: Vec::new() }
    }

    pub(super) fn browser(&self) -> Option<&str> {
        self.cookies.get("phonegate-browser").map(String::as_str)
    }

    /// Opens an address and follows where it leads.
    pub(super) async fn opens(&mut self, world: &World, instance: usize, path: &str) -> Checked<()> {
        let mut path = path.to_owned();
        for _ in 0..4 {
            let answer = world.ask(instance, self.get(&path)).await;
            self.takes(&answer)?;
            match answer.location {
                Some(next) => path = next,
                None => return self.looks(&answer),
            }
        }
        Err(format!("{path} leads in a circle"))
    }

    /// Sends a form and follows where it leads.
    pub(super) async fn sends(
        &mut self,
        world: &World,
        instance: usize,
        path: &str,
        form: &[(&str, &str)],
    ) -> Checked<Outcome> {
        let answer = world.ask(instance, self.post(path, form)).await;
        self.answered(world, instance, answer).await
    }

    /// Takes the answer to a form, and goes where it leads.
    pub(super) async fn answered(
        &mut self,
        world: &World,
        instance: usize,
        answer: Answer,
    ) -> Checked<Outcome> {
        let resumed = answer.cookies.iter().any(|cookie| cookie.contains("notice=resumed"));
        self.takes(&answer)?;
        match &answer.location {
            Some(next) => self.opens(world, instance, next).await?,
            None => self.looks(&answer)?,
        }
        let Answer { status, location, retry_after: wait, body, .. } = answer;
        Ok(Outcome { status, location, wait, resumed, body })
    }

    pub(super) fn get(&self, path: &str) -> Request<String> {
        self.request("GET", path, String::new())
    }

    pub(super) fn post(&self, path: &str, form: &[(&str, &str)]) -> Request<String> {
        let pairs = form.iter().map(|(name, value)| format!("{name}={}", value.replace('+', "%2B")));
        self.request("POST", path, pairs.collect::<Vec<_>>().join("&"))
    }

    fn request(&self, method: &str, path: &str, body: String) -> Request<String> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        Request::builder()
            .method(method)
            .uri(path)
            .header("host", HOST)
            .header("origin", format!("http://{HOST}"))
            .header("cookie", cookies.join("; "))
            .header("content-type", "application/x-www-form-urlencoded")
            .body(body)
            .unwrap()
    }

    /// Keeps its cookies, and looks whether it may be an answer of ours at all.
    fn takes(&mut self, answer: &Answer) -> Checked<()> {
        for cookie in &answer.cookies {
            let (pair, attributes) = cookie.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        match answer.status {
            200 | 303 | 409 | 410 | 422 | 502 | 503 => Ok(()),
            429 if answer.retry_after.is_some_and(|wait| (1..=1_260).contains(&wait)) => Ok(()),
            status => Err(format!("status {status}, Retry-After {:?}: {}", answer.retry_after, answer.body)),
        }
    }

    /// Sees which page it is; one that leaves no way on is none of ours.
    fn looks(&mut self, answer: &Answer) -> Checked<()> {
        let has = |text: &str| answer.body.contains(text);
        let id = || {
            let hidden = answer.body.split("name=\"request_id\" value=\"").nth(1).unwrap_or_default();
            hidden.split('"').next().unwrap_or_default().to_owned()
        };
        self.page = if has("action=\"/check\"") {
            Page::Pin(id())
        } else if has("action=\"/verify\"") {
            Page::Index
        } else if has("action=\"/cancel\"") && answer.refresh {
            Page::Wait(id())
        } else if has("action=\"/signout\"") {
            Page::SignedIn
        } else if has("class=\"button\" href=\"&#x2f;") || has("class=\"button\" href=\"/") {
            Page::Over
        } else {
            return Err(format!("a page without a way on: {}", answer.body));
        };
        if let Page::Pin(id) = &self.page
            && self.seen.last() != Some(id)
        {
            self.seen.push(id.clone());
        }
        Ok(())
    }
}
