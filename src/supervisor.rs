//! Keeps what should never end running: a job that ends or panics is started again, and the operator is told.

use std::time::Duration;

use tokio::{
    select,
    sync::watch,
    time::{Instant, sleep},
};
use tokio_util::task::AbortOnDropHandle;

use crate::metrics::{Job, Metrics};

/// How long a job that ended stays so; doubles each time, up to the longest.
const PAUSE: Duration = Duration::from_secs(1);
/// A job that ran for so long has recovered: its next end is a first one again.
const LONGEST: Duration = Duration::from_mins(1);

/// Runs what `start` makes until `stop` turns true, and starts it again whenever it ends before.
///
/// Told to stop, the job ends by itself, or with this future.
pub(crate) async fn keep_running<F>(
    job: Job,
    metrics: &Metrics,
    mut stop: watch::Receiver<bool>,
    mut start: impl FnMut() -> F,
) where
    F: Future<Output = ()> + Send + 'static,
{
    let mut pause = PAUSE;
    loop {
        let begun = Instant::now();
        let ended = AbortOnDropHandle::new(tokio::spawn(start())).await;
        // Whoever held the other end is gone, and nobody could say it any more.
        if *stop.borrow() || stop.has_changed().is_err() {
            return;
        }
        metrics.job_restarted(job);
        let why = ended.err().map_or_else(|| "it ended".to_owned(), |error| error.to_string());
        if begun.elapsed() >= LONGEST {
            pause = PAUSE;
        }
        tracing::error!(job = job.as_str(), "a job is started again in {pause:?}: {why}");
        select! {
            () = sleep(pause) => {}
            _ = stop.wait_for(|stop| *stop) => return,
        }
        pause = (pause * 2).min(LONGEST);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    };

    use super::*;
    use crate::metrics::Now;

    fn restarts(metrics: &Metrics) -> String {
        let text = metrics.text(&Now { paused: [false; 2], countries_paused: [0; 2], overdue: None });
        let line = text.lines().find(|line| line.starts_with("phonegate_job_restarts_total{job=\"sweep\"}"));
        line.unwrap().rsplit_once(' ').unwrap().1.to_owned()
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_ends_or_panics_is_started_again_after_a_pause_that_grows_and_is_counted() {
        let (metrics, starts) = (Metrics::default(), Arc::new(AtomicU32::new(0)));
        let (stop, told) = watch::channel(false);
        assert_eq!(restarts(&metrics), "0");
        let kept = tokio::spawn({
            let (metrics, starts) = (metrics.clone(), starts.clone());
            async move {
                keep_running(Job::Sweep, &metrics, told, || {
                    let count = starts.fetch_add(1, Ordering::SeqCst);
                    async move { assert!(count % 2 == 0, "on purpose") }
                })
                .await;
            }
        });

        // It starts at 0, 1, 3, 7 … s, and at last once a minute.
        for (seconds, expected) in [(0, 1), (1, 2), (1, 2), (1, 3), (4, 4), (600, 16)] {
            sleep(Duration::from_secs(seconds)).await;
            // The moment itself belongs to what is due at it.
            sleep(Duration::from_millis(2)).await;
            assert_eq!(starts.load(Ordering::SeqCst), expected, "after {seconds} s more");
        }
        assert_eq!(restarts(&metrics), "16");

        stop.send(true).unwrap();
        kept.await.unwrap();
    }

    #[tokio::test(start_paused = true)]
    async fn a_job_that_was_told_to_stop_is_not_started_again() {
        let (stop, told) = watch::channel(false);
        let metrics = Metrics::default();
        let ends = told.clone();
        let job = move || {
            let mut ends = ends.clone();
            async move {
                let _ = ends.wait_for(|stop| *stop).await;
            }
        };
        stop.send(true).unwrap();

        keep_running(Job::Sweep, &metrics, told, job).await;

        assert_eq!(restarts(&metrics), "0");
    }
}
