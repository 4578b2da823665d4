//! The cookie by which a browser is known again: a token for each of the last few numbers that signed in with it.
//!
//! Each token is of our making and good for one number. A number that signs in gets a new one, so a token that somebody else
//! put there, or has a copy of, is good for nothing afterwards.

use std::iter;

use axum::http::HeaderMap;

use crate::keys::{Keys, Token};
use crate::web::cookies::{Cookies, sent};

/// How many numbers share a browser, as a family does.
const NUMBERS: usize = 4;

/// Between two tokens, which have no such letter.
const SEPARATOR: &str = ".";

/// The tokens that a browser sent, those that are not of our making left out.
pub(crate) fn read(headers: &HeaderMap, cookies: &Cookies, keys: &Keys) -> Vec<Token> {
    let tokens = |value: &str| {
        let tokens = value.split(SEPARATOR).take(NUMBERS).filter_map(Token::parse);
        let ours: Vec<_> = tokens.filter(|token| keys.is_known_token(token)).collect();
        (!ours.is_empty()).then_some(ours)
    };
    let mut known: Vec<Token> = Vec::new();
    for token in sent(headers, &cookies.known, tokens).into_iter().flatten() {
        if !known.contains(&token) && known.len() < NUMBERS {
            known.push(token);
        }
    }
    known
}

/// The newest first: the others go one by one where there are too many.
pub(crate) fn write(newest: &Token, others: &[Token]) -> String {
    let tokens = iter::once(newest).chain(others).take(NUMBERS).map(Token::expose);
    tokens.collect::<Vec<_>>().join(SEPARATOR)
}
