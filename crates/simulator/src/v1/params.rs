//! The parameters of a v1 request, however they came: a form, JSON, or the address.

use axum::{
    body::Bytes,
    extract::{FromRequest, Request},
    http::HeaderMap,
    response::{IntoResponse, Response},
};
use serde_json::Value;
use url::form_urlencoded;

use super::refusal::Refusal;
use crate::{Simulator, auth, is_json};

/// The parameters of a request that came with good credentials.
pub(crate) struct Params(Vec<(String, String)>);

impl FromRequest<Simulator> for Params {
    type Rejection = Response;

    async fn from_request(request: Request, simulator: &Simulator) -> Result<Self, Response> {
        let headers = request.headers().clone();
        let query = request.uri().query().unwrap_or_default().to_owned();
        let body = Bytes::from_request(request, simulator).await.map_err(IntoResponse::into_response)?;

        let params = Self::read(&query, &headers, &body);
        let credentials = params.get("api_key").zip(params.get("api_secret"));
        if !auth::admits(simulator.options(), &headers, credentials) {
            return Err(Refusal::bad_credentials().into_response());
        }
        if !simulator.admits_one_more() {
            return Err(Refusal::throttled().into_response());
        }
        Ok(params)
    }
}

impl Params {
    /// What cannot be read counts as absent. A form is read even if it says that it is JSON: the Python client's are
    /// labelled so once it has called v2.
    fn read(query: &str, headers: &HeaderMap, body: &[u8]) -> Self {
        let mut params: Vec<_> = form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        match is_json(headers).then(|| serde_json::from_slice(body)) {
            Some(Ok(Value::Object(fields))) => {
                params.extend(fields.into_iter().flat_map(|(name, value)| {
                    let values = if let Value::Array(values) = value { values } else { vec![value] };
                    values.into_iter().filter_map(move |value| Some((name.clone(), plain(value)?)))
                }));
            }
            _ => params.extend(form_urlencoded::parse(body).into_owned()),
        }
        Self(params)
    }

    /// An empty parameter counts as absent.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.all(name).next()
    }

    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(found, value)| found == name && !value.is_empty());
        named.map(|(_, value)| value.as_str())
    }

    pub(super) fn required(&self, name: &str) -> Result<&str, Refusal> {
        self.get(name).ok_or_else(|| Refusal::missing(name))
    }

    pub(super) fn request_id(&self) -> Result<&str, Refusal> {
        let id = self.required("request_id")?;
        if id.len() > 32 { Err(Refusal::invalid("request_id")) } else { Ok(id) }
    }

    /// A whole number that `fits`.
    pub(super) fn number(&self, name: &str, fits: impl FnOnce(u64) -> bool) -> Result<Option<u64>, Refusal> {
        let Some(value) = self.get(name) else {
            return Ok(None);
        };
        match value.parse() {
            Ok(number) if fits(number) => Ok(Some(number)),
            _ => Err(Refusal::invalid(name)),
        }
    }
}

/// Clients send JSON numbers where the documents want strings, and the other way round.
fn plain(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
