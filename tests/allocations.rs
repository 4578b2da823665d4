//! How often memory is asked for on the way of a request: each layer, clone and text costs, and none of them much, so that
//! only a count shows what they come to.
//!
//! What threads of the store's own do is not in it, and how a request was read off its connection neither.

#![expect(clippy::unwrap_used, reason = "a test")]

use std::net::SocketAddr;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Method, Request, StatusCode, header},
};
use phonegate::{
    AppState, Config,
    testing::config::{Environment, Invocation},
};
use tokio::{net::TcpListener, runtime::Runtime};
use tower::ServiceExt;

/// A visitor without a network between.
struct Visitor {
    runtime: Runtime,
    router: Router,
    cookies: Vec<(String, String)>,
}

struct Answer {
    status: StatusCode,
    headers: HeaderMap,
    body: String,
}

fn config() -> Config {
    let settings = [("PORT", "0"), ("STORE_URL", "sqlite::memory:"), ("LOG", "warn")];
    let environment: Environment = settings.into_iter().collect();
    match Invocation::read([], &environment).unwrap() {
        Invocation::Serve(config) => *config,
        other => panic!("{other:?}"),
    }
}

impl Visitor {
    /// The simulator that the app brings along is asked over a connection, as any provider is.
    fn comes() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let router = runtime.block_on(async {
            let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
            let address = listener.local_addr().unwrap();
            let state = AppState::builder().settings(config()).address(address).build().await.unwrap();
            let router = phonegate::router::<()>(state);
            let service = router.clone().into_make_service_with_connect_info::<SocketAddr>();
            tokio::spawn(async move { axum::serve(listener, service).await });
            router
        });
        Self { runtime, router, cookies: Vec::new() }
    }

    fn request(&self, method: Method, path: &str, form: &str) -> Request<Body> {
        let cookies: Vec<_> = self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, "localhost:3000")
            .header(header::ACCEPT_LANGUAGE, "en")
            .header("sec-fetch-site", "same-origin");
        if !cookies.is_empty() {
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        if form.is_empty() {
            return request.body(Body::empty()).unwrap();
        }
        let form = Body::from(form.to_owned());
        request.header(header::CONTENT_TYPE, "application/x-www-form-urlencoded").body(form).unwrap()
    }

    fn send(&mut self, method: Method, path: &str, form: &str) -> Answer {
        let answer = self.answer(self.request(method, path, form));
        for line in answer.headers.get_all(header::SET_COOKIE) {
            let (cookie, _) = line.to_str().unwrap().split_once(';').unwrap();
            let (name, value) = cookie.split_once('=').unwrap();
            self.cookies.retain(|(known, _)| known != name);
            self.cookies.push((name.to_owned(), value.to_owned()));
        }
        answer
    }

    fn answer(&self, request: Request<Body>) -> Answer {
        self.runtime.block_on(async {
            let (parts, body) = self.router.clone().oneshot(request).await.unwrap().into_parts();
            let body = to_bytes(body, usize::MAX).await.unwrap();
            let body = String::from_utf8(body.to_vec()).unwrap();
            Answer { status: parts.status, headers: parts.headers, body }
        })
    }

    /// How often a page that is asked for again and again asks for memory, and that it is answered with 200.
    fn allocations(&self, path: &str) -> u64 {
        let least = (0..5).map(|_| {
            let request = self.request(Method::GET, path, "");
            let mut status = None;
            let info = allocation_counter::measure(|| status = Some(self.answer(request).status));
            assert_eq!(status, Some(StatusCode::OK), "{path}");
            info.count_total
        });
        least.min().unwrap()
    }

    fn asks_for_a_code(&mut self) -> String {
        self.send(Method::GET, "/", "");
        let answer = self.send(Method::POST, "/verify", "phone=%2B12025550150");
        assert_eq!(answer.headers[header::LOCATION], "/verify");
        let page = self.send(Method::GET, "/verify", "").body;
        let (_, id) = page.split_once("name=\"request_id\" value=\"").unwrap();
        id.split_once('"').unwrap().0.to_owned()
    }

    fn types_the_code(&mut self, id: &str) {
        let messages = self.send(Method::GET, "/simulator/messages?to=%2B12025550150", "").body;
        let messages: serde_json::Value = serde_json::from_str(&messages).unwrap();
        let code = messages[0]["code"].as_str().unwrap();
        let answer = self.send(Method::POST, "/check", &format!("request_id={id}&pin={code}"));
        assert_eq!(answer.headers[header::LOCATION], "/result");
    }
}

#[test]
fn no_page_asks_for_memory_more_often_than_it_has_to() {
    let mut visitor = Visitor::comes();
    let first_page = visitor.allocations("/");
    let id = visitor.asks_for_a_code();
    let code_form = visitor.allocations("/verify");
    visitor.types_the_code(&id);
    let last_page = visitor.allocations("/result");
    let gate = visitor.allocations("/auth");

    let found = [first_page, code_form, last_page, gate];
    let most = [52, 120, 80, 20];
    assert!(found.iter().zip(most).all(|(found, most)| *found <= most), "{found:?}, and at most {most:?}");
}
