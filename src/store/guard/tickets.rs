//! Tickets: who waits at each address for a turn past the unverified budget.

use std::time::Duration;

use sqlx::{Connection, Row};

use super::{Counting, counters};
use crate::{
    clock::Timestamp,
    store::{Store, StoreError},
};

/// The turn that a browser waits for: good for one number, one address and one send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ticket {
    /// Where the visitor waits.
    pub address_hash: String,
    /// The number it is good for.
    pub phone_hash: String,
    /// The browser it was given to.
    pub browser_hash: String,
    /// When the wait is over.
    pub ready_at: Timestamp,
    /// When it is worth nothing.
    pub expires_at: Timestamp,
}

/// A counter that a send on a ticket has to fit into besides the limits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quota {
    /// What is counted.
    pub key: String,
    /// How long its window is.
    pub span: Duration,
    /// How much it takes.
    pub most: i64,
}

impl Store {
    /// Gives a ticket out and tells which one stands then. The same browser and number keep the time they have; nobody
    /// gets one while another browser waits at that address.
    pub async fn issue_ticket(&self, ticket: &Ticket, now: Timestamp) -> Result<Ticket, StoreError> {
        // A stored time past the new one was written before the clock was set back.
        const SQL: &str = "INSERT INTO guard_tickets (address_hash, phone_hash, browser_hash, ready_at, expires_at) \
                           VALUES ($1, $2, $3, $4, $5) ON CONFLICT (address_hash) DO UPDATE SET \
                           phone_hash = excluded.phone_hash, browser_hash = excluded.browser_hash, \
                           ready_at = excluded.ready_at, expires_at = excluded.expires_at \
                           WHERE guard_tickets.expires_at <= $6 OR guard_tickets.ready_at > excluded.ready_at \
                           OR (guard_tickets.browser_hash = excluded.browser_hash \
                           AND guard_tickets.phone_hash <> excluded.phone_hash)";
        const STANDING: &str = "SELECT phone_hash, browser_hash, ready_at, expires_at FROM guard_tickets \
                                WHERE address_hash = $1";
        sqlx::query(SQL)
            .bind(ticket.address_hash.as_str())
            .bind(ticket.phone_hash.as_str())
            .bind(ticket.browser_hash.as_str())
            .bind(ticket.ready_at.as_millis())
            .bind(ticket.expires_at.as_millis())
            .bind(now.as_millis())
            .execute(&mut *self.hold().await?)
            .await?;
        let query = sqlx::query(STANDING).bind(ticket.address_hash.as_str());
        let Some(row) = query.fetch_optional(&mut *self.hold().await?).await? else {
            return Ok(ticket.clone());
        };
        Ok(Ticket {
            address_hash: ticket.address_hash.clone(),
            phone_hash: row.try_get(0)?,
            browser_hash: row.try_get(1)?,
            ready_at: Timestamp::from_millis(row.try_get(2)?),
            expires_at: Timestamp::from_millis(row.try_get(3)?),
        })
    }

    /// Uses the ticket up and counts the send, everywhere or nowhere. `false` if the ticket is gone or something is full.
    pub async fn count_ticket_send(
        &self,
        (counting, keys): (&Counting, &[String]),
        quotas: &[Quota],
        ticket: &Ticket,
        now: Timestamp,
    ) -> Result<bool, StoreError> {
        const SQL: &str = "DELETE FROM guard_tickets WHERE address_hash = $1 AND phone_hash = $2 \
                           AND browser_hash = $3 AND ready_at <= $4 AND expires_at > $4";
        let mut connection = self.hold().await?;
        let mut transaction = connection.begin().await?;
        let query = sqlx::query(SQL)
            .bind(ticket.address_hash.as_str())
            .bind(ticket.phone_hash.as_str())
            .bind(ticket.browser_hash.as_str())
            .bind(now.as_millis());
        let used = query.execute(&mut *transaction).await?.rows_affected() == 1;
        // What is not committed is rolled back.
        if !used || !counters::fits(counters::count_send(&mut *transaction, counting, keys, now).await)? {
            return Ok(false);
        }
        for Quota { key, span, most } in quotas {
            let counted = counters::add(&mut *transaction, (key, *span), (*most, true), 1, now).await;
            if !counters::fits(counted.map(|()| true))? {
                return Ok(false);
            }
        }
        transaction.commit().await?;
        Ok(true)
    }

    /// Takes a browser's ticket back.
    pub async fn withdraw_ticket(&self, address_hash: &str, browser_hash: &str) -> Result<(), StoreError> {
        let query = sqlx::query("DELETE FROM guard_tickets WHERE address_hash = $1 AND browser_hash = $2");
        query.bind(address_hash).bind(browser_hash).execute(&mut *self.hold().await?).await?;
        Ok(())
    }

    /// Makes room again for a send on a ticket that ended well.
    pub async fn give_back(&self, keys: &[String]) -> Result<(), StoreError> {
        for key in keys {
            let query =
                sqlx::query("UPDATE guard_counters SET count = count - 1 WHERE key = $1 AND count > 0");
            query.bind(key.as_str()).execute(&mut *self.hold().await?).await?;
        }
        Ok(())
    }

    /// Deletes those that are worth nothing.
    pub async fn sweep_tickets(&self, now: Timestamp) -> Result<u64, StoreError> {
        let query = sqlx::query("DELETE FROM guard_tickets WHERE expires_at <= $1").bind(now.as_millis());
        Ok(query.execute(&mut *self.hold().await?).await?.rows_affected())
    }
}
