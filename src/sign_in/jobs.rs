//! What is done without a visitor waiting: cancels at the provider, resends, expiry, deletion of what is over.
//!
//! What this module promises:
//! * All of it is found in the store: it survives a restart, and of many instances one does each.
//! * A round is a function of the clock; the loop only calls it.

use std::{sync::Arc, time::Duration};

use tokio::{
    join, select,
    sync::{Notify, watch},
    task::JoinSet,
    time::sleep,
};

use crate::{
    attempt::{Attempt, RequestId, State},
    audit::{Event, Line},
    causes::chain,
    clock::Timestamp,
    guard::budget,
    metrics::Job,
    phone,
    seldom::OnceAMinute,
    sign_in::{CLAIM, SignIn, SignInError},
    store::{Claim, Ended},
    supervisor::keep_running,
    verify::Cancelled,
};

/// How often the store is asked what is due.
const TICK: Duration = Duration::from_secs(1);
/// How often what is over is deleted.
const SWEEP: Duration = Duration::from_mins(1);
/// After a start the first pages come before what they do not need.
const SETTLED: Duration = Duration::from_millis(500);
/// When a cancel that was refused or got no answer is tried again.
const AGAIN: Duration = Duration::from_secs(10);
/// How long an attempt is kept after its code ran out.
const KEEP: Duration = Duration::from_hours(24);
/// What is said if a round fails.
const CANCELS: &str = "cancels could not be worked off";
const MOVES: &str = "resends could not be worked off";
/// How many attempts are ended at once.
const ENDINGS: usize = 500;

/// Works until told to stop. A store that does not answer is reported and asked again; a job that ends is started again.
pub(crate) async fn run(sign_in: SignIn, stop: watch::Receiver<bool>) {
    let kept = Kept { sign_in: &sign_in, stop: &stop };
    let cancelling = |sign_in: SignIn| async move { cancels(&sign_in).await };
    let moving = |sign_in: SignIn| async move { moves(&sign_in).await };
    let ending = |sign_in: SignIn| async move { endings(&sign_in).await };
    let sweeping = |sign_in: SignIn| async move { sweep(&sign_in).await };
    tokio::spawn(warm_up(sign_in.clone()));
    // Each by itself: a provider that takes its time over one kind of call must not hold up the others.
    join!(
        kept.job(Job::Cancel, TICK, CANCELS, cancelling),
        kept.job(Job::Cancel, TICK, CANCELS, cancelling),
        kept.job(Job::Resend, TICK, MOVES, moving),
        kept.job(Job::Resend, TICK, MOVES, moving),
        kept.job(Job::Expiry, TICK, "what has run out could not be counted", ending),
        kept.job(Job::Sweep, SWEEP, "the store could not be swept", sweeping),
    );
}

/// Makes ready, in a quiet moment, what the first sign-in would otherwise wait for: the first page does not need it.
async fn warm_up(sign_in: SignIn) {
    sleep(SETTLED).await;
    let make_ready = move || {
        phone::warm_up();
        if let Err(error) = sign_in.verify.warm_up() {
            tracing::error!("no codes can be sent: {}", chain(&error));
        }
    };
    // Each first sign-in makes it ready otherwise.
    let _ = tokio::task::spawn_blocking(make_ready).await;
}

/// What all jobs work with.
struct Kept<'a> {
    sign_in: &'a SignIn,
    stop: &'a watch::Receiver<bool>,
}

impl Kept<'_> {
    /// Makes a round each `every`, and where a visitor waits for it, when it is told that something has become due.
    async fn job<R, F>(&self, job: Job, every: Duration, complaint: &'static str, round: R)
    where
        R: Fn(SignIn) -> F + Copy + Send + Sync + 'static,
        F: Future<Output = Result<(), SignInError>> + Send + 'static,
    {
        let prompt = matches!(job, Job::Cancel | Job::Resend);
        let wake = if prompt { self.sign_in.jobs.clone() } else { Arc::default() };
        keep_running(job, &self.sign_in.core.metrics, self.stop.clone(), || {
            let (sign_in, wake, stop) = (self.sign_in.clone(), wake.clone(), self.stop.clone());
            over_and_over(wake, every, stop, complaint, move || round(sign_in.clone()))
        })
        .await;
    }
}

async fn over_and_over<R>(
    wake: Arc<Notify>,
    every: Duration,
    mut stop: watch::Receiver<bool>,
    complaint: &'static str,
    round: impl Fn() -> R,
) where
    R: Future<Output = Result<(), SignInError>>,
{
    // A store that is away for a day is not worth a line each second.
    let told = OnceAMinute::new();
    loop {
        // Before the round: what becomes due during it is not slept over.
        let news = wake.notified();
        if let Err(error) = round().await
            && told.is_due()
        {
            tracing::error!("{complaint}: {}", chain(&error));
        }
        select! {
            () = sleep(every) => {}
            () = news => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
    }
}

/// How many calls a round makes, once a second. Two rounds of each kind run side by side, so that a slow answer does not
/// hold all up; and all four of them leave visitors a third of the calls that the provider takes.
fn batch(sign_in: &SignIn) -> i64 {
    i64::from(sign_in.verify.facts().calls_per_second) * 2 / 3 / 4
}

/// Tells the provider of some of the cancels that are due: each may be all that keeps a second message back.
pub async fn cancels(sign_in: &SignIn) -> Result<(), SignInError> {
    let now = sign_in.core.clock.now();
    let claim = Claim { now, until: now + CLAIM };
    let mut calls = JoinSet::new();
    for attempt in sign_in.core.store.claim_cancels(claim, batch(sign_in)).await? {
        let sign_in = sign_in.clone();
        calls.spawn(async move {
            let done = cancel(&sign_in, &attempt).await;
            sign_in.queues.let_go(&attempt.browser_hash);
            done
        });
    }
    all_done(calls).await
}

/// Makes some of the moves of resends that are due.
pub async fn moves(sign_in: &SignIn) -> Result<(), SignInError> {
    let mut calls = JoinSet::new();
    for attempt in sign_in.due_moves(batch(sign_in)).await? {
        let sign_in = sign_in.clone();
        calls.spawn(async move {
            let done = sign_in.advance(&attempt).await;
            sign_in.queues.let_go(&attempt.browser_hash);
            done
        });
    }
    all_done(calls).await
}

/// Waits for all; the first failure, if any.
async fn all_done(mut calls: JoinSet<Result<(), SignInError>>) -> Result<(), SignInError> {
    let mut outcome = Ok(());
    while let Some(done) = calls.join_next().await {
        outcome = outcome.and(done.map_err(SignInError::from).flatten());
    }
    outcome
}

/// Cancels one, and writes down when to try again, if there is a point in it.
async fn cancel(sign_in: &SignIn, attempt: &Attempt) -> Result<(), SignInError> {
    let phone = attempt.phone.masked();
    let id = attempt.request_id.as_deref().and_then(RequestId::parse);
    let request_id = id.as_ref().map(RequestId::short);
    let answer = match &id {
        Some(id) => sign_in.cancel_request(&sign_in.verify, attempt, id).await,
        // Its answer was lost: there is nothing to name.
        None => Ok(Cancelled::TooLate),
    };
    let now = sign_in.core.clock.now();
    let (until_over, facts) = (attempt.delivery.locked_until, sign_in.verify.facts());
    let (again, locked_until) = match answer {
        Ok(Cancelled::Done) => (false, now + facts.lock_after_cancel),
        Ok(Cancelled::Gone) => {
            tracing::debug!(phone, request_id, "nothing was left to cancel: the provider does not know it");
            (false, now)
        }
        Ok(Cancelled::TooLate) => {
            tracing::debug!(phone, request_id, "not to be cancelled: the number is held until it ends");
            (false, until_over)
        }
        Ok(refusal @ (Cancelled::TooEarly | Cancelled::Refused)) => {
            tracing::info!(
                phone,
                request_id,
                ?refusal,
                "the provider did not cancel; asked again while that helps"
            );
            (true, until_over)
        }
        Err(error) => {
            tracing::warn!(phone, request_id, "a cancel failed; tried again while that helps: {error}");
            (true, until_over)
        }
    };
    let in_time = |at: &Timestamp| *at < attempt.sent_at + sign_in.verify.first_step(attempt.delivery.steps);
    // Whatever the provider's refusal says.
    let again = again && facts.can_cancel(attempt.delivery.steps_taken);
    let again_at = Some(now + AGAIN).filter(|_| again).filter(in_time);
    sign_in.core.store.settle_cancel(&attempt.attempt_id, again_at, locked_until).await?;
    Ok(())
}

/// Ends the attempts whose lifetime is over, and counts how they ended. A success was counted when it came.
pub async fn endings(sign_in: &SignIn) -> Result<(), SignInError> {
    let now = sign_in.core.clock.now();
    let tally = |ended: &[Ended]| budget::tally(ended);
    loop {
        let ended = sign_in.core.store.end_attempts(now, ENDINGS, tally).await?;
        let sent = |attempt: &&Ended| attempt.messages > 0 && !attempt.origin.outsider;
        for attempt in ended.iter().filter(sent).filter(|attempt| attempt.state != State::Verified) {
            sign_in.core.metrics.ended(&attempt.origin.country, attempt.state.as_str());
        }
        // Of an outsider's it was told that no code went out.
        for phone in
            ended.iter().filter(|attempt| !attempt.origin.outsider).filter_map(|it| it.ran_out.as_ref())
        {
            Line::new(Event::Expired, phone, &sign_in.core.keys).write();
        }
        if ended.len() < ENDINGS {
            return Ok(());
        }
    }
}

/// Deletes what is over.
pub async fn sweep(sign_in: &SignIn) -> Result<(), SignInError> {
    let now = sign_in.core.clock.now();
    sign_in.core.store.sweep_verifications(now - KEEP).await?;
    sign_in.core.store.sweep_sessions(now, now - sign_in.session_idle).await?;
    sign_in.core.store.sweep_counters(now).await?;
    sign_in.core.store.sweep_browsers(now).await?;
    sign_in.core.store.sweep_verified_days(budget::day(now) - budget::PAST_DAYS).await?;
    Ok(())
}
