//! How a call goes out: to which address, signed with what, within which time.

use std::time::Instant;

use reqwest::{Method, RequestBuilder, header::AUTHORIZATION};
use secrecy::ExposeSecret;

use super::{
    VerifyClient, VerifyError,
    exchange::{Answer, exchange},
};

impl VerifyClient {
    pub(super) fn get(&self, path: &[&str]) -> Result<RequestBuilder, VerifyError> {
        self.to(Method::GET, path)
    }

    pub(super) fn post(&self, path: &[&str]) -> Result<RequestBuilder, VerifyError> {
        self.to(Method::POST, path)
    }

    pub(super) fn delete(&self, path: &[&str]) -> Result<RequestBuilder, VerifyError> {
        self.to(Method::DELETE, path)
    }

    /// The path goes below the base address, piece by piece, so that an id cannot climb out of it.
    fn to(&self, method: Method, path: &[&str]) -> Result<RequestBuilder, VerifyError> {
        let mut url = self.settings.base_url.clone();
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().extend(path);
        }
        Ok(self.connections.client(&self.settings)?.request(method, url))
    }

    /// Signs a request and sends it. One refused for the age of its token did nothing: it goes out again, once.
    pub(super) async fn send(&self, request: RequestBuilder) -> Result<Answer, VerifyError> {
        let begun = Instant::now();
        let request = request.timeout(self.timeout);
        let Some(tokens) = &self.connections.tokens else {
            return exchange(match &self.connections.basic {
                Some(basic) => request.header(AUTHORIZATION, basic.clone()),
                None => request,
            })
            .await;
        };
        let unsigned = |_| VerifyError::Credentials("a token could not be signed".to_owned());
        let again = request.try_clone();
        let token = tokens.current().map_err(unsigned)?;
        let answer = exchange(request.bearer_auth(token.expose_secret())).await?;
        match again {
            Some(request) if answer.says_token_expired() => {
                let token = tokens.instead_of(&token).map_err(unsigned)?;
                let left = self.timeout.saturating_sub(begun.elapsed());
                exchange(request.timeout(left).bearer_auth(token.expose_secret())).await
            }
            _ => Ok(answer),
        }
    }
}
