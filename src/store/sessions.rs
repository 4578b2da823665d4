//! The signed-in browsers.

use super::{
    Store, StoreError,
    engine::{Query, Row, Trouble, query},
};
use crate::{clock::Timestamp, phone::PhoneNumber};

/// A session as the store keeps it.
#[derive(Debug, Clone)]
pub struct Session {
    /// How the store knows the token in the cookie.
    pub token_hash: String,
    /// Whose session it is.
    pub phone: PhoneNumber,
    /// How the store finds that number.
    pub phone_hash: String,
    /// When the number was verified.
    pub signed_in_at: Timestamp,
    /// Last visit, to within a few minutes: not every visit is written down.
    pub seen_at: Timestamp,
    /// The end that no visit can move.
    pub expires_at: Timestamp,
    /// What its owner knows it by.
    pub device: Device,
}

/// What a session is known by to its owner.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Device {
    /// `None` where the browser named itself in a way that we do not know.
    pub(crate) browser: Option<String>,
    /// What the browser runs on.
    pub(crate) system: Option<String>,
    /// Without its last part: `203.0.113.•••`.
    pub(crate) address: Option<String>,
}

/// More sessions than a visitor looks through.
const MOST: i64 = 50;

macro_rules! columns {
    () => {
        "token_hash, phone, phone_hash, signed_in_at, seen_at, expires_at, browser, system, address"
    };
}

pub(super) fn new(new: &Session) -> Query {
    const SQL: &str =
        concat!("INSERT INTO sessions (", columns!(), ") VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)");
    query(SQL)
        .bind(&new.token_hash)
        .bind(new.phone.as_str())
        .bind(&new.phone_hash)
        .bind(new.signed_in_at)
        .bind(new.seen_at)
        .bind(new.expires_at)
        .bind(new.device.browser.as_deref())
        .bind(new.device.system.as_deref())
        .bind(new.device.address.as_deref())
}

impl Store {
    /// The session that a token opens, live or past its limits.
    pub async fn session(&self, token_hash: &str) -> Result<Option<Session>, StoreError> {
        const SQL: &str = concat!("SELECT ", columns!(), " FROM sessions WHERE token_hash = $1");
        let row = query(SQL).bind(token_hash).row(self).await?;
        Ok(row.map(read).transpose()?)
    }

    /// A number's sessions that have not ended, the newest first and at most fifty.
    pub(crate) async fn sessions_of_phone(
        &self,
        phone_hash: &str,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<Vec<Session>, StoreError> {
        const SQL: &str = concat!(
            "SELECT ",
            columns!(),
            " FROM sessions WHERE phone_hash = $1 AND expires_at > $2 AND seen_at > $3 \
             ORDER BY signed_in_at DESC LIMIT $4"
        );
        let query = query(SQL).bind(phone_hash).bind(now);
        let query = query.bind(idle_since).bind(MOST);
        Ok(query.rows(self).await?.into_iter().map(read).collect::<Result<_, Trouble>>()?)
    }

    /// Records a visit.
    pub(crate) async fn touch_session(&self, token_hash: &str, now: Timestamp) -> Result<(), StoreError> {
        let query = query("UPDATE sessions SET seen_at = $2 WHERE token_hash = $1 AND seen_at < $2");
        query.bind(token_hash).bind(now).write(self).await?;
        Ok(())
    }

    /// Ends one session; `false` if it had ended before.
    pub async fn end_session(&self, token_hash: &str) -> Result<bool, StoreError> {
        let query = query("DELETE FROM sessions WHERE token_hash = $1").bind(token_hash);
        Ok(query.write(self).await? == 1)
    }

    /// Ends all sessions of numbers that `stays` turns down; says which numbers', and when those of each began.
    pub(crate) async fn end_sessions_except(
        &self,
        stays: impl Fn(&PhoneNumber) -> bool,
    ) -> Result<Vec<(PhoneNumber, Vec<Timestamp>)>, StoreError> {
        let mut ended = Vec::new();
        let numbers = query("SELECT DISTINCT phone_hash, phone FROM sessions").rows(self).await?;
        for mut row in numbers {
            let phone_hash = row.text("phone_hash")?;
            let phone = PhoneNumber::from_store(row.text("phone")?);
            if !stays(&phone) {
                let sessions = self.end_sessions_of_phone(&phone_hash, None).await?;
                ended.push((phone, sessions));
            }
        }
        Ok(ended)
    }

    /// Ends all sessions of a number but one, if one is named; says when each began.
    pub(crate) async fn end_sessions_of_phone(
        &self,
        phone_hash: &str,
        except: Option<&str>,
    ) -> Result<Vec<Timestamp>, StoreError> {
        const SQL: &str =
            "DELETE FROM sessions WHERE phone_hash = $1 AND token_hash <> $2 RETURNING signed_in_at";
        // No token has the empty hash.
        let query = query(SQL).bind(phone_hash).bind(except.unwrap_or_default());
        let rows = query.write_rows(self).await?.into_iter();
        Ok(rows.map(|mut row| row.time("signed_in_at")).collect::<Result<_, Trouble>>()?)
    }
}

fn read(mut row: Row) -> Result<Session, Trouble> {
    Ok(Session {
        token_hash: row.text("token_hash")?,
        phone: PhoneNumber::from_store(row.text("phone")?),
        phone_hash: row.text("phone_hash")?,
        signed_in_at: row.time("signed_in_at")?,
        seen_at: row.time("seen_at")?,
        expires_at: row.time("expires_at")?,
        device: Device {
            browser: row.maybe_text("browser")?,
            system: row.maybe_text("system")?,
            address: row.maybe_text("address")?,
        },
    })
}
