//! A browser without a screen: it keeps cookies, says where it comes from, and follows no redirect by itself.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex},
};

use reqwest::{
    Client, Method, RequestBuilder,
    header::{COOKIE, HeaderMap, LOCATION, ORIGIN, SET_COOKIE},
    redirect::Policy,
};
use url::Url;

/// Clones are tabs: they share cookies.
#[derive(Clone)]
pub struct Browser {
    http: Client,
    base: Url,
    cookies: Arc<Mutex<BTreeMap<String, String>>>,
}

/// What came back.
#[derive(Debug)]
pub struct Answer {
    pub status: u16,
    pub headers: HeaderMap,
    pub body: String,
}

impl Browser {
    pub(super) fn new(base: Url) -> Self {
        let http = Client::builder().redirect(Policy::none()).timeout(super::secs(60)).build().unwrap();
        Self::through(http, base)
    }

    /// One that finds its way by a client of the test's, which must follow no redirect.
    pub fn through(http: Client, base: Url) -> Self {
        Self { http, base, cookies: Arc::default() }
    }

    /// The same cookies in a browser of their own, as after a theft or a backup.
    pub fn copy(&self) -> Self {
        let cookies = self.cookies.lock().unwrap().clone();
        Self { cookies: Arc::new(Mutex::new(cookies)), ..self.clone() }
    }

    /// A browser at an address outside of a [`TestApp`](super::TestApp).
    pub fn at(base: &str) -> Self {
        Self::new(base.parse().unwrap())
    }

    /// The same browser, its cookies too, at another address.
    pub fn moved_to(self, base: &str) -> Self {
        Self { base: base.parse().unwrap(), ..self }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(self.request(Method::GET, path)).await
    }

    /// Sends a form, as a page of ours would.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        self.send(self.form(path, form)).await
    }

    /// Sends a form with more headers, as a proxy adds them, or a forger.
    pub async fn post_with(&self, path: &str, form: &[(&str, &str)], headers: &[(&str, &str)]) -> Answer {
        let request = headers
            .iter()
            .fold(self.form(path, form), |request, (name, value)| request.header(*name, *value));
        self.send(request).await
    }

    fn form(&self, path: &str, form: &[(&str, &str)]) -> RequestBuilder {
        let origin = self.base.origin().ascii_serialization();
        let request = self.request(Method::POST, path).header(ORIGIN, origin);
        request.header("sec-fetch-site", "same-origin").form(form)
    }

    pub async fn check(&self, request_id: &str, pin: &str) -> Answer {
        self.post("/check", &[("request_id", request_id), ("pin", pin)]).await
    }

    pub async fn resend(&self, request_id: &str, channel: &str) -> Answer {
        self.post("/resend", &[("request_id", request_id), ("channel", channel)]).await
    }

    pub async fn cancel(&self, request_id: &str) -> Answer {
        self.post("/cancel", &[("request_id", request_id)]).await
    }

    /// A request with this browser's cookies and nothing else.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let cookies = self.cookies.lock().unwrap();
        let header =
            cookies.iter().map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join("; ");
        let request = self.http.request(method, self.base.join(path).unwrap());
        if header.is_empty() { request } else { request.header(COOKIE, header) }
    }

    pub async fn send(&self, request: RequestBuilder) -> Answer {
        let response = request.send().await.unwrap();
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let mut cookies = self.cookies.lock().unwrap().clone();
        for cookie in headers.get_all(SET_COOKIE) {
            let (pair, attributes) = cookie.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if attributes.contains("Max-Age=0") {
                cookies.remove(name);
            } else {
                cookies.insert(name.to_owned(), value.to_owned());
            }
        }
        *self.cookies.lock().unwrap() = cookies;
        Answer { status, headers, body: response.text().await.unwrap() }
    }

    pub fn cookie(&self, name: &str) -> Option<String> {
        self.cookies.lock().unwrap().get(name).cloned()
    }

    pub fn set_cookie(&self, name: &str, value: &str) {
        self.cookies.lock().unwrap().insert(name.to_owned(), value.to_owned());
    }
}

impl Answer {
    #[track_caller]
    pub fn assert_redirect(&self, to: &str) {
        assert_eq!((self.status, self.location()), (303, Some(to)), "{self:?}");
    }

    /// Asserts the status and that the page says `text`.
    #[track_caller]
    pub fn assert_page(&self, status: u16, text: &str) {
        assert_eq!(self.status, status, "{self:?}");
        assert!(self.body.contains(text), "{text:?} is not in {}", self.body);
    }

    /// What the app logged of the request.
    pub fn logged(&self) -> Vec<String> {
        super::log::logged_of(self.header("x-request-id").unwrap())
    }

    pub fn location(&self) -> Option<&str> {
        self.headers.get(LOCATION).map(|value| value.to_str().unwrap())
    }

    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The id in the page's forms; each carries the same.
    #[track_caller]
    pub fn request_id(&self) -> String {
        let ids = self.request_ids();
        assert!(ids.len() >= 2 && ids.iter().all(|id| *id == ids[0]), "{ids:?} in {}", self.body);
        ids[0].clone()
    }

    pub fn request_ids(&self) -> Vec<String> {
        self.inputs("request_id").collect()
    }

    /// The value of the page's first hidden field of that name.
    pub fn hidden(&self, name: &str) -> Option<String> {
        self.inputs(name).next()
    }

    fn inputs(&self, name: &str) -> impl Iterator<Item = String> {
        let name = format!("type=\"hidden\" name=\"{name}\"");
        let inputs = self.body.split("<input").skip(1).map(|rest| rest.split('>').next().unwrap());
        inputs
            .filter(move |input| input.contains(&name))
            .map(|input| unescape(input.split("value=\"").nth(1).unwrap()))
    }

    /// Where the page's links lead.
    pub fn links(&self) -> Vec<String> {
        self.body.split("<a ").skip(1).filter_map(|link| link.split("href=\"").nth(1)).map(unescape).collect()
    }
}

/// The text of an attribute that begins here.
fn unescape(rest: &str) -> String {
    rest.split('"').next().unwrap().replace("&#x2f;", "/").replace("&amp;", "&")
}
