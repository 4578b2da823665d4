//! The signed-in browsers.

use sqlx::{Row, any::AnyRow};

use super::{Store, StoreError, chain::Statement};
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

/// A new session, its values from the fourth parameter on. With types: Postgres cannot tell those of a bare `SELECT $1`.
pub(super) const INSERT_SESSION: &str = concat!(
    "INSERT INTO sessions (",
    columns!(),
    ") SELECT CAST($4 AS TEXT), CAST($5 AS TEXT), CAST($6 AS TEXT), CAST($2 AS BIGINT), CAST($2 AS BIGINT), \
     CAST($7 AS BIGINT), CAST($8 AS TEXT), CAST($9 AS TEXT), CAST($10 AS TEXT)"
);

pub(super) fn bind_new<'q>(query: Statement<'q>, new: &'q Session) -> Statement<'q> {
    query
        .bind(new.token_hash.as_str())
        .bind(new.phone.as_str())
        .bind(new.phone_hash.as_str())
        .bind(new.expires_at.as_millis())
        .bind(new.device.browser.as_deref())
        .bind(new.device.system.as_deref())
        .bind(new.device.address.as_deref())
}

impl Store {
    /// The session that a token opens, live or past its limits.
    pub async fn session(&self, token_hash: &str) -> Result<Option<Session>, StoreError> {
        const SQL: &str = concat!("SELECT ", columns!(), " FROM sessions WHERE token_hash = $1");
        let row = sqlx::query(SQL).bind(token_hash).fetch_optional(&mut *self.hold().await?).await?;
        row.as_ref().map(read).transpose()
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
        let query = sqlx::query(SQL).bind(phone_hash).bind(now.as_millis());
        let query = query.bind(idle_since.as_millis()).bind(MOST);
        query.fetch_all(&mut *self.hold().await?).await?.iter().map(read).collect()
    }

    /// Records a visit.
    pub(crate) async fn touch_session(&self, token_hash: &str, now: Timestamp) -> Result<(), StoreError> {
        let query = sqlx::query("UPDATE sessions SET seen_at = $2 WHERE token_hash = $1 AND seen_at < $2");
        query.bind(token_hash).bind(now.as_millis()).execute(&mut *self.hold().await?).await?;
        Ok(())
    }

    /// Ends one session; `false` if it had ended before.
    pub async fn end_session(&self, token_hash: &str) -> Result<bool, StoreError> {
        let query = sqlx::query("DELETE FROM sessions WHERE token_hash = $1").bind(token_hash);
        Ok(query.execute(&mut *self.hold().await?).await?.rows_affected() == 1)
    }

    /// Ends all sessions of numbers that `stays` turns down; says which numbers', and when those of each began.
    pub(crate) async fn end_sessions_except(
        &self,
        stays: impl Fn(&PhoneNumber) -> bool,
    ) -> Result<Vec<(PhoneNumber, Vec<Timestamp>)>, StoreError> {
        let mut ended = Vec::new();
        let numbers = sqlx::query("SELECT DISTINCT phone_hash, phone FROM sessions")
            .fetch_all(&mut *self.hold().await?)
            .await?;
        for row in numbers {
            let phone_hash: String = row.try_get(0)?;
            let phone = PhoneNumber::from_store(row.try_get(1)?);
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
        let query = sqlx::query(SQL).bind(phone_hash).bind(except.unwrap_or_default());
        let rows = query.fetch_all(&mut *self.hold().await?).await?;
        rows.iter().map(|row| Ok(Timestamp::from_millis(row.try_get(0)?))).collect()
    }

    /// Deletes sessions past their end, or not seen since `idle_since`.
    pub(crate) async fn sweep_sessions(
        &self,
        now: Timestamp,
        idle_since: Timestamp,
    ) -> Result<u64, StoreError> {
        let query = sqlx::query("DELETE FROM sessions WHERE expires_at <= $1 OR seen_at <= $2");
        let query = query.bind(now.as_millis()).bind(idle_since.as_millis());
        Ok(query.execute(&mut *self.hold().await?).await?.rows_affected())
    }
}

fn read(row: &AnyRow) -> Result<Session, StoreError> {
    let time = |index: usize| row.try_get(index).map(Timestamp::from_millis);
    Ok(Session {
        token_hash: row.try_get(0)?,
        phone: PhoneNumber::from_store(row.try_get(1)?),
        phone_hash: row.try_get(2)?,
        signed_in_at: time(3)?,
        seen_at: time(4)?,
        expires_at: time(5)?,
        device: Device { browser: row.try_get(6)?, system: row.try_get(7)?, address: row.try_get(8)? },
    })
}
