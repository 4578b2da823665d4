//! What is done without a visitor waiting: cancels at the provider, expiry, deletion of what is over.
//!
//! What this module promises:
//! * All of it is found in the store: it survives a restart, and of many instances one does each.
//! * A round is a function of the clock; the loop only calls it.

use std::time::Duration;

use tokio::{select, sync::watch, task::JoinSet, time::sleep};

use crate::{
    clock::Timestamp,
    error::chain,
    guard::budget,
    sign_in::{CLAIM, SignIn, SignInError},
    store::{Claim, Ended, Verification},
    verify::{Cancelled, RequestId},
};

/// How often the store is asked what is due.
const TICK: Duration = Duration::from_secs(1);
/// How often what is over is deleted.
const SWEEP: Duration = Duration::from_mins(1);
/// When a cancel that was refused or got no answer is tried again.
const AGAIN: Duration = Duration::from_secs(10);
/// How long an attempt is kept after its code ran out.
const KEEP: Duration = Duration::from_hours(24);
/// How many cancels one round takes.
const BATCH: i64 = 20;
/// How many attempts are ended at once.
const ENDINGS: usize = 500;

/// Works until told to stop. A store that does not answer is reported and asked again.
pub async fn run(sign_in: SignIn, session_idle: Duration, mut stop: watch::Receiver<bool>) {
    let mut next_sweep = sign_in.clock.now();
    loop {
        if let Err(error) = cancels(&sign_in).await {
            tracing::error!("cancels could not be worked off: {}", chain(&error));
        }
        if let Err(error) = endings(&sign_in).await {
            tracing::error!("what has run out could not be counted: {}", chain(&error));
        }
        let now = sign_in.clock.now();
        if now >= next_sweep {
            next_sweep = now + SWEEP;
            if let Err(error) = sweep(&sign_in, session_idle).await {
                tracing::error!("the store could not be swept: {}", chain(&error));
            }
        }
        select! {
            () = sleep(TICK) => {}
            () = sign_in.jobs.notified() => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// Tells the provider of the cancels that are due, all at once: each call ends before its claim does.
pub async fn cancels(sign_in: &SignIn) -> Result<(), SignInError> {
    let now = sign_in.clock.now();
    let claim = Claim { now, until: now + CLAIM };
    let mut calls = JoinSet::new();
    for attempt in sign_in.store.claim_cancels(claim, BATCH).await? {
        let sign_in = sign_in.clone();
        calls.spawn(async move {
            let again_at = cancel(&sign_in, &attempt, now).await;
            sign_in.store.settle_cancel(&attempt.attempt_id, again_at).await
        });
    }
    while let Some(settled) = calls.join_next().await {
        settled??;
    }
    Ok(())
}

/// Cancels one; says when to try again, if there is a point in it.
async fn cancel(sign_in: &SignIn, attempt: &Verification, now: Timestamp) -> Option<Timestamp> {
    let id = attempt.request_id.as_deref().and_then(RequestId::parse)?;
    let phone = attempt.phone.masked();
    let again_at = Some(now + AGAIN).filter(|at| *at < attempt.expires_at);
    match sign_in.verify.cancel(&id).await {
        Ok(Cancelled::Done | Cancelled::Gone | Cancelled::TooLate) => None,
        Ok(refusal @ (Cancelled::TooEarly | Cancelled::Refused)) => {
            tracing::info!(
                phone,
                ?refusal,
                "the provider did not cancel; it is asked again until the code runs out"
            );
            again_at
        }
        Err(error) => {
            tracing::warn!(phone, "a cancel failed; it is tried again until the code runs out: {error}");
            again_at
        }
    }
}

/// Ends the attempts whose lifetime is over, and counts how they ended.
pub async fn endings(sign_in: &SignIn) -> Result<(), SignInError> {
    let now = sign_in.clock.now();
    let tally = |ended: &[Ended]| budget::tally(ended);
    while sign_in.store.end_attempts(now, ENDINGS, tally).await? == ENDINGS {}
    Ok(())
}

/// Deletes what is over.
pub async fn sweep(sign_in: &SignIn, session_idle: Duration) -> Result<(), SignInError> {
    let now = sign_in.clock.now();
    sign_in.store.sweep_verifications(now - KEEP).await?;
    sign_in.store.sweep_sessions(now, now - session_idle).await?;
    sign_in.store.sweep_counters(now).await?;
    sign_in.store.sweep_tickets(now).await?;
    sign_in.store.sweep_browsers(now).await?;
    sign_in.store.sweep_verified_days(budget::day(now) - budget::PAST_DAYS).await?;
    Ok(())
}
