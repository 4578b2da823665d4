//! A light browser: one keep-alive HTTP/1.1 connection and the cookies of one visitor.
//!
//! * It takes as little of the load's core as it can: one write and, as a rule, one read per request.
//! * It sends what a browser sends and the app looks at: `Host`, `Origin`, `Sec-Fetch-Site`, a language, its cookies.
//! * An answer it cannot follow (no `Content-Length`, cut short) is an error, never skipped.

use std::{fmt::Write as _, net::SocketAddr};

use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::TcpStream,
};

use crate::{Failure, Outcome};

/// What ends the head of an answer.
const HEAD_END: &[u8] = b"\r\n\r\n";

pub(crate) struct Browser {
    stream: TcpStream,
    host: String,
    cookies: Vec<(String, String)>,
    request: String,
    buffer: Vec<u8>,
}

/// One whole answer, still in the browser's buffer.
pub(crate) struct Answer<'a> {
    status: u16,
    head: &'a str,
    body: &'a str,
}

impl Browser {
    pub(crate) async fn connect(address: SocketAddr) -> Outcome<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            host: format!("localhost:{}", address.port()),
            cookies: Vec::new(),
            request: String::new(),
            buffer: vec![0; 32 * 1024],
        })
    }

    /// From here on a new visitor sits at this browser.
    pub(crate) fn forget(&mut self) {
        self.cookies.clear();
    }

    /// Puts a cookie into the browser that no answer has set.
    pub(crate) fn bring(&mut self, name: &str, value: &str) {
        self.cookies.push((name.to_owned(), value.to_owned()));
    }

    /// Asks about this visitor's request for a page of another site, as the proxy in front of that site does.
    pub(crate) async fn ask_as_proxy(&mut self, path: &str) -> Outcome<Answer<'_>> {
        self.begin("GET", path)?;
        self.request.push_str(
            "X-Forwarded-Method: GET\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: app.example.com\r\n\
             X-Forwarded-Uri: /orders?id=7\r\nX-Forwarded-For: 203.0.113.7\r\n\r\n",
        );
        self.exchange().await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Outcome<Answer<'_>> {
        self.begin("GET", path)?;
        self.request.push_str("\r\n");
        self.exchange().await
    }

    /// Submits `form`, which is already encoded.
    pub(crate) async fn post(&mut self, path: &str, form: &str) -> Outcome<Answer<'_>> {
        self.begin("POST", path)?;
        write!(
            self.request,
            "Origin: http://{}\r\nContent-Type: application/x-www-form-urlencoded\r\nContent-Length: {}\r\n\r\n{form}",
            self.host,
            form.len(),
        )?;
        self.exchange().await
    }

    fn begin(&mut self, method: &str, path: &str) -> Outcome<()> {
        self.request.clear();
        write!(
            self.request,
            "{method} {path} HTTP/1.1\r\nHost: {}\r\nAccept: text/html\r\nAccept-Language: en\r\nSec-Fetch-Site: same-origin\r\n",
            self.host,
        )?;
        for (turn, (name, value)) in self.cookies.iter().enumerate() {
            write!(self.request, "{}{name}={value}", if turn == 0 { "Cookie: " } else { "; " })?;
        }
        if !self.cookies.is_empty() {
            self.request.push_str("\r\n");
        }
        Ok(())
    }

    async fn exchange(&mut self) -> Outcome<Answer<'_>> {
        self.stream.write_all(self.request.as_bytes()).await?;
        let (head_length, length) = self.receive().await?;
        let (head, body) = str::from_utf8(&self.buffer[..length])?.split_at(head_length);
        for (_, cookie) in headers(head).filter(|(name, _)| name.eq_ignore_ascii_case("set-cookie")) {
            keep(&mut self.cookies, cookie);
        }
        let status = head.split(' ').nth(1).and_then(|status| status.parse().ok());
        let status = status.ok_or_else(|| format!("not an HTTP answer: {head}"))?;
        Ok(Answer { status, head, body })
    }

    /// Reads one answer into the buffer; tells where its head and where its body ends.
    async fn receive(&mut self) -> Outcome<(usize, usize)> {
        let mut filled = 0;
        loop {
            if filled == self.buffer.len() {
                self.buffer.resize(filled * 2, 0);
            }
            match self.stream.read(&mut self.buffer[filled..]).await? {
                0 => return Err(self.unreadable("the connection was closed after", filled)),
                count => filled += count,
            }
            let received = &self.buffer[..filled];
            let Some(end) = received.windows(HEAD_END.len()).position(|window| window == HEAD_END) else {
                continue;
            };
            let head_length = end + HEAD_END.len();
            let body_length = headers(str::from_utf8(&received[..head_length])?)
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, value)| value.parse::<usize>().ok());
            let Some(body_length) = body_length else {
                return Err(self.unreadable("no Content-Length in", filled));
            };
            if filled >= head_length + body_length {
                return Ok((head_length, head_length + body_length));
            }
        }
    }

    fn unreadable(&self, what: &str, filled: usize) -> Failure {
        format!("{what} this answer: {:?}", String::from_utf8_lossy(&self.buffer[..filled])).into()
    }
}

impl<'a> Answer<'a> {
    /// A page: status 200.
    pub(crate) fn page(self) -> Outcome<Self> {
        if self.status == 200 { Ok(self) } else { Err(self.unexpected("status 200")) }
    }

    /// 303 to `path`.
    pub(crate) fn redirect(self, path: &str) -> Outcome<()> {
        let to = headers(self.head).find(|(name, _)| name.eq_ignore_ascii_case("location"));
        if self.status == 303 && to.is_some_and(|(_, to)| to == path) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("a 303 to {path}")))
        }
    }

    /// The value of the form field `name`, which must be hidden in the page.
    pub(crate) fn hidden(&self, name: &str) -> Outcome<&'a str> {
        self.body
            .split("<input")
            .filter_map(|rest| rest.split_once('>').map(|(tag, _)| tag))
            .find(|tag| tag.contains(&format!(r#"name="{name}""#)))
            .and_then(|tag| tag.split_once(r#"value=""#)?.1.split_once('"'))
            .map(|(value, _)| value)
            .ok_or_else(|| self.unexpected(&format!("a field {name}")))
    }

    fn unexpected(&self, wanted: &str) -> Failure {
        format!("wanted {wanted}, got:\n{}{}", self.head, self.body).into()
    }
}

fn headers(head: &str) -> impl Iterator<Item = (&str, &str)> {
    head.lines().skip(1).filter_map(|line| line.split_once(": "))
}

/// Keeps a cookie as a browser does: a newer value wins, `Max-Age=0` ends it.
fn keep(cookies: &mut Vec<(String, String)>, set_cookie: &str) {
    let (cookie, attributes) = set_cookie.split_once(';').unwrap_or((set_cookie, ""));
    let Some((name, value)) = cookie.split_once('=') else { return };
    cookies.retain(|(known, _)| known != name);
    if !attributes.split(';').any(|attribute| attribute.trim().eq_ignore_ascii_case("max-age=0")) {
        cookies.push((name.to_owned(), value.to_owned()));
    }
}
