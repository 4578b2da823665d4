//! Who is connected and how far each is; who has to go where there is no room.

use std::{
    collections::HashMap,
    pin::Pin,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
    },
    task::{Context, Poll},
    time::Duration,
};

use axum::body::{Body, Bytes, HttpBody};
use http_body::{Frame, SizeHint};
use tokio::{
    sync::{Notify, OwnedSemaphorePermit, Semaphore},
    time::{Instant, timeout},
};

use crate::seldom::OnceAMinute;

/// How long a client may take to send the head of a request, and to begin its first one.
const HEAD: Duration = Duration::from_secs(15);
/// How long a connection lies idle between requests: longer than proxies keep theirs (nginx 60 s, Caddy 2 min), so that
/// it is they who close it, and none sends a request just when we do.
const IDLE: Duration = Duration::from_mins(3);
/// How long a whole answer may take, from the end of its request's head.
const ANSWER: Duration = Duration::from_mins(5);
/// How long a client may take none of an answer.
const STALL: Duration = Duration::from_secs(30);
/// How long is read what a client still sends after the last answer.
const LINGER: Duration = Duration::from_secs(2);
/// When the app stops, a connection is closed that has been without a request for so long. One that is in use is likely
/// to have its next request under way, and gets an answer that says that it is the last.
const QUIET: Duration = Duration::from_millis(500);
/// And one that has just come, or a head that has begun, for longer: more of it is on its way.
const COMING: Duration = Duration::from_secs(2);
/// Where there is no room, how often is looked for some.
const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// How far a connection is. Who comes first here goes first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Phase {
    /// The last answer is written.
    Over,
    /// Nothing was asked yet, at least not to the end of a head.
    New,
    /// Between two requests.
    Idle,
    /// In a further head.
    Head,
    /// From the end of a head to that of the answer.
    Busy,
}

/// A connection as others see it.
#[derive(Debug)]
pub(super) struct Seat {
    number: u64,
    progress: Mutex<Progress>,
    /// Somebody waits for it.
    wanted: AtomicBool,
    /// Rung when there is news from outside.
    pub(super) news: Notify,
}

#[derive(Debug)]
struct Progress {
    phase: Phase,
    since: Instant,
    /// Since when the client takes nothing.
    stalled: Option<Instant>,
}

impl Seat {
    fn new(number: u64) -> Self {
        let progress = Progress { phase: Phase::New, since: Instant::now(), stalled: None };
        Self { number, progress: Mutex::new(progress), wanted: AtomicBool::new(false), news: Notify::new() }
    }

    fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes have come.
    pub(super) fn receives(&self) {
        let mut progress = self.progress();
        if progress.phase == Phase::Idle {
            progress.enter(Phase::Head);
        }
    }

    /// A head is complete.
    pub(super) fn begins(self: &Arc<Self>) -> Begun {
        self.progress().enter(Phase::Busy);
        Begun(self.clone())
    }

    /// Whether the client takes what is written.
    pub(super) fn writes(&self, taken: bool) {
        let mut progress = self.progress();
        progress.stalled = if taken { None } else { progress.stalled.or_else(|| Some(Instant::now())) };
    }

    /// No more answers follow.
    pub(super) fn is_over(&self) {
        self.progress().enter(Phase::Over);
    }

    /// Whether it is to go for another, and can.
    pub(super) fn is_given_up(&self) -> bool {
        self.wanted.swap(false, Ordering::Relaxed) && self.progress().may_go()
    }

    /// When it ends, if nothing happens before.
    pub(super) fn deadline(&self, closing: bool) -> Instant {
        let progress = self.progress();
        if let Some(since) = progress.stalled {
            return (since + STALL).min(progress.since + ANSWER);
        }
        let limit = match progress.phase {
            Phase::Over => LINGER,
            Phase::New | Phase::Head => HEAD,
            Phase::Idle => IDLE,
            Phase::Busy => ANSWER,
        };
        let least = match progress.phase {
            Phase::Over | Phase::Idle => QUIET,
            Phase::New | Phase::Head => COMING,
            Phase::Busy => limit,
        };
        progress.since + if closing { limit.min(least) } else { limit }
    }
}

impl Progress {
    fn enter(&mut self, phase: Phase) {
        self.phase = phase;
        self.since = Instant::now();
    }

    fn may_go(&self) -> bool {
        self.phase < Phase::Busy && self.stalled.is_none()
    }
}

/// A request that is not answered yet.
pub(super) struct Begun(Arc<Seat>);

impl Begun {
    pub(super) fn with(self, body: Body) -> Answering {
        Answering { body, begun: self }
    }
}

impl Drop for Begun {
    fn drop(&mut self) {
        self.0.progress().enter(Phase::Idle);
    }
}

/// The body of an answer. Its end is that of the request.
pub(super) struct Answering {
    body: Body,
    #[expect(dead_code, reason = "its end is what counts")]
    begun: Begun,
}

impl HttpBody for Answering {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(context)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// How many connections a listener may have, and what the operator calls that.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limit {
    pub(crate) most: usize,
    pub(crate) name: &'static str,
}

/// All who are connected to one listener.
#[derive(Debug)]
pub(super) struct Seats {
    limit: Limit,
    /// That it is reached.
    told: OnceAMinute,
    free: Arc<Semaphore>,
    taken: Mutex<HashMap<u64, Arc<Seat>>>,
    count: AtomicU64,
    crowded: AtomicBool,
}

impl Seats {
    pub(super) fn new(limit: Limit) -> Self {
        Self {
            limit,
            told: OnceAMinute::new(),
            free: Arc::new(Semaphore::new(limit.most)),
            taken: Mutex::default(),
            count: AtomicU64::new(0),
            crowded: AtomicBool::new(false),
        }
    }

    fn taken(&self) -> MutexGuard<'_, HashMap<u64, Arc<Seat>>> {
        self.taken.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A place for one more, if there is one without waiting.
    pub(super) fn free_place(&self) -> Option<OwnedSemaphorePermit> {
        self.free.clone().try_acquire_owned().ok()
    }

    /// A place for one more. Somebody who is not in the middle of a request makes room for it; else it is waited for.
    pub(super) async fn place(&self) -> OwnedSemaphorePermit {
        loop {
            if let Some(place) = self.free_place() {
                return place;
            }
            if self.told.is_due() {
                let Limit { most, name } = self.limit;
                tracing::warn!(most, "{name} is reached; connections without a request are closed");
            }
            self.crowded.store(true, Ordering::Relaxed);
            self.make_room();
            // Never closed: only the time can be over first.
            let place = timeout(LOOK_AGAIN, self.free.clone().acquire_owned()).await;
            self.crowded.store(false, Ordering::Relaxed);
            if let Ok(Ok(place)) = place {
                return place;
            }
        }
    }

    /// Whether somebody waits for a place.
    pub(super) fn is_crowded(&self) -> bool {
        self.crowded.load(Ordering::Relaxed)
    }

    /// Asks one to go: who has asked for nothing yet, then who has been idle for longest.
    pub(super) fn make_room(&self) {
        let key = |seat: &&Arc<Seat>| {
            let progress = seat.progress();
            progress.may_go().then_some((progress.phase, progress.since))
        };
        let taken = self.taken();
        let first = taken.values().filter_map(|seat| Some((key(&seat)?, seat))).min_by_key(|(key, _)| *key);
        if let Some((_, seat)) = first {
            seat.wanted.store(true, Ordering::Relaxed);
            seat.news.notify_one();
        }
    }

    pub(super) fn take(&self) -> Arc<Seat> {
        let seat = Arc::new(Seat::new(self.count.fetch_add(1, Ordering::Relaxed)));
        self.taken().insert(seat.number, seat.clone());
        seat
    }

    pub(super) fn leave(&self, seat: &Seat) {
        self.taken().remove(&seat.number);
    }
}
