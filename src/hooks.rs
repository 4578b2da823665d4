//! What an app that has phonegate built in is asked and told.
//!
//! What this module promises:
//! * A hook that fails, panics or does not answer in time lets nobody in, and keeps nobody from signing out.
//! * Hooks get copies: nothing of ours can be changed through them.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};

use tokio::{
    task::JoinSet,
    time::{error::Elapsed, timeout},
};
use tracing::Instrument;

use crate::{clock::Timestamp, phone::PhoneNumber, phone::hide_numbers};

/// How long an answer of the app is waited for: a visitor waits too.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// Somebody whose code was right, and who has no session yet.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SigningIn {
    /// The same at each sign-in with that number: what sites get as `Remote-User`.
    pub user_id: String,
    /// The number that the code went to.
    pub phone: PhoneNumber,
    /// When the code was right.
    pub at: Timestamp,
}

/// A session that has ended before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedOut {
    /// What [`SigningIn::user_id`] was.
    pub user_id: String,
    /// The number that was signed in.
    pub phone: PhoneNumber,
    /// When the session began; with the user's id it tells sessions apart.
    pub signed_in_at: Timestamp,
    /// When it ended.
    pub at: Timestamp,
}

/// Why somebody is not let in whose code was right. `Display` is for the operator.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Deny {
    /// The visitor is told this, as a whole sentence, with status 403. Without one it counts as a failure.
    #[error("the app turned the visitor away: {}", hide_numbers(.0))]
    Because(String),
    /// The app cannot tell just now. The visitor is asked to come back later, with status 503; the text is for the log.
    #[error("on_sign_in failed, and lets nobody in: {}", hide_numbers(.0))]
    Failed(String),
}

type Answer<T> = Pin<Box<dyn Future<Output = T> + Send>>;
type Hook<In, Out> = Arc<dyn Fn(In) -> Answer<Out> + Send + Sync>;

/// The hooks that were set. Clones share them.
#[derive(Clone, Default)]
pub(crate) struct Hooks {
    sign_in: Option<Hook<SigningIn, Result<(), Deny>>>,
    sign_out: Option<Hook<SignedOut, ()>>,
}

impl Hooks {
    pub(crate) fn on_sign_in<F>(&mut self, hook: impl Fn(SigningIn) -> F + Send + Sync + 'static)
    where
        F: Future<Output = Result<(), Deny>> + Send + 'static,
    {
        self.sign_in = Some(Arc::new(move |visitor| Box::pin(hook(visitor))));
    }

    pub(crate) fn on_sign_out<F>(&mut self, hook: impl Fn(SignedOut) -> F + Send + Sync + 'static)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        self.sign_out = Some(Arc::new(move |session| Box::pin(hook(session))));
    }

    /// Whether [`Hooks::ask`] asks anybody.
    pub(crate) fn has_sign_in(&self) -> bool {
        self.sign_in.is_some()
    }

    /// Whether [`Hooks::tell`] tells anybody.
    pub(crate) fn has_sign_out(&self) -> bool {
        self.sign_out.is_some()
    }

    /// Whether the visitor may come in.
    pub(crate) async fn ask(&self, visitor: SigningIn) -> Result<(), Deny> {
        let Some(hook) = self.sign_in.clone() else { return Ok(()) };
        // A task of its own: a panic in it is no panic of ours.
        let mut task = JoinSet::new();
        task.spawn(async move { hook(visitor).await }.in_current_span());
        match timeout(PATIENCE, task.join_next()).await {
            Ok(Some(Ok(Err(Deny::Because(text))))) if text.trim().is_empty() => {
                Err(Deny::Failed("it gave no sentence for the visitor".to_owned()))
            }
            Ok(Some(Ok(answer))) => answer,
            Ok(_) => Err(Deny::Failed("it panicked".to_owned())),
            Err(Elapsed { .. }) => Err(Deny::Failed(format!("it took longer than {PATIENCE:?}"))),
        }
    }

    /// Says that sessions have ended. What becomes of that changes nothing.
    pub(crate) async fn tell(&self, sessions: impl IntoIterator<Item = SignedOut>) {
        let Some(hook) = &self.sign_out else { return };
        let mut tasks = JoinSet::new();
        for session in sessions {
            let hook = hook.clone();
            tasks.spawn(async move { hook(session).await }.in_current_span());
        }
        let all = async {
            while let Some(told) = tasks.join_next().await {
                if told.is_err() {
                    tracing::error!("on_sign_out panicked; the session has ended all the same");
                }
            }
        };
        if timeout(PATIENCE, all).await.is_err() {
            tracing::error!("on_sign_out took longer than {PATIENCE:?}; the session has ended all the same");
        }
    }
}

impl fmt::Debug for Hooks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { sign_in, sign_out } = self;
        let (sign_in, sign_out) = (sign_in.is_some(), sign_out.is_some());
        f.debug_struct("Hooks").field("sign_in", &sign_in).field("sign_out", &sign_out).finish()
    }
}

#[cfg(test)]
mod tests {
    use std::{
        future::pending,
        sync::atomic::{AtomicU32, Ordering},
    };

    use tokio::time::Instant;

    use super::*;

    const NOW: Timestamp = Timestamp::from_millis(1_800_000_000_000);

    fn visitor() -> SigningIn {
        SigningIn { user_id: "u".to_owned(), phone: "+12025550150".parse().unwrap(), at: NOW }
    }

    async fn asked<F>(hook: impl Fn(SigningIn) -> F + Send + Sync + 'static) -> Result<(), Deny>
    where
        F: Future<Output = Result<(), Deny>> + Send + 'static,
    {
        let mut hooks = Hooks::default();
        hooks.on_sign_in(hook);
        hooks.ask(visitor()).await
    }

    #[tokio::test(start_paused = true)]
    async fn only_a_hook_that_says_yes_in_time_lets_anybody_in() {
        assert_eq!(Hooks::default().ask(visitor()).await, Ok(()), "nobody to ask");
        assert_eq!(asked(async |_| Ok(())).await, Ok(()));
        let no = Deny::Because("No.".to_owned());
        assert_eq!(asked(async |_| Err(Deny::Because("No.".to_owned()))).await, Err(no));

        let failed = |why: &str| Err(Deny::Failed(why.to_owned()));
        let silent = asked(async |_| Err(Deny::Because(" ".to_owned()))).await;
        assert_eq!(silent, failed("it gave no sentence for the visitor"));
        assert_eq!(asked(async |_| panic!("in the future")).await, failed("it panicked"));
        let before: fn(SigningIn) -> Answer<Result<(), Deny>> = |_| panic!("before there is one");
        assert_eq!(asked(before).await, failed("it panicked"));
        let begun = Instant::now();
        assert_eq!(asked(|_| pending()).await, failed("it took longer than 5s"));
        assert_eq!(begun.elapsed(), PATIENCE);
    }

    #[tokio::test(start_paused = true)]
    async fn each_session_that_ended_is_told_of_whatever_the_others_do() {
        static TOLD: AtomicU32 = AtomicU32::new(0);
        let mut hooks = Hooks::default();
        hooks.on_sign_out(async |session: SignedOut| match session.signed_in_at.as_millis() {
            0 => panic!("at the first"),
            1 => pending().await,
            _ => drop(TOLD.fetch_add(1, Ordering::Relaxed)),
        });
        let session = |millis| {
            let SigningIn { user_id, phone, at } = visitor();
            SignedOut { user_id, phone, signed_in_at: Timestamp::from_millis(millis), at }
        };
        let begun = Instant::now();

        hooks.tell((0..5).map(session)).await;

        assert_eq!(TOLD.load(Ordering::Relaxed), 3);
        assert_eq!(begun.elapsed(), PATIENCE, "nobody waits for ever");
    }

    #[test]
    fn the_log_gets_no_number_that_an_app_has_put_into_its_sentence() {
        let deny = Deny::Because("Ask +1 202 555 0150 to invite you.".to_owned());
        assert!(!deny.to_string().contains("555"), "{deny}");
    }
}
