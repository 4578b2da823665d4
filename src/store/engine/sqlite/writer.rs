//! The thread that writes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::Receiver,
    },
    vec,
};

use tokio::sync::oneshot;

use super::{
    super::{Change, Done, Open, Trouble, change::Step, trouble::Kind},
    connection::Connection,
    file::File,
};

/// How many are committed together at most: the first of them waits for the last.
const GROUP: usize = 256;

pub(super) type Answer = Result<Option<Vec<Done>>, Trouble>;
pub(super) type Reply = oneshot::Sender<Answer>;

pub(super) enum Task {
    Job(Job),
    /// After all jobs that were given before.
    Close(oneshot::Sender<()>),
}

pub(super) struct Job {
    pub(super) work: Work,
    pub(super) reply: Reply,
}

pub(super) enum Work {
    Change(Change),
    Script(String),
}

pub(super) struct Writer {
    connection: Connection,
    file: Option<File>,
    generation: Arc<AtomicU64>,
}

impl Writer {
    pub(super) fn open(file: Option<File>, how: Open, generation: Arc<AtomicU64>) -> Result<Self, Trouble> {
        let connection = Connection::writer(file.as_ref(), how)?;
        Ok(Self { connection, file, generation })
    }

    /// Works until nobody can give it anything any more.
    pub(super) fn work(mut self, tasks: &Receiver<Task>) {
        let mut group = Vec::new();
        let mut last = None;
        while last.is_none() {
            match tasks.recv() {
                Ok(Task::Job(job)) => group.push(job),
                Ok(Task::Close(closed)) => last = Some(Some(closed)),
                Err(_) => last = Some(None),
            }
            while last.is_none() && group.len() < GROUP {
                match tasks.try_recv() {
                    Ok(Task::Job(job)) => group.push(job),
                    Ok(Task::Close(closed)) => last = Some(Some(closed)),
                    Err(_) => break,
                }
            }
            // Who has stopped waiting was promised nothing.
            group.retain(|job| !job.reply.is_closed());
            if !group.is_empty() {
                self.group(std::mem::take(&mut group));
            }
        }
        if let Err(trouble) = self.connection.close() {
            tracing::warn!("the store's file was not closed in order: {trouble}");
        }
        if let Some(Some(closed)) = last {
            let _ = closed.send(());
        }
    }

    fn group(&mut self, jobs: Vec<Job>) {
        let (works, replies): (Vec<_>, Vec<_>) =
            jobs.into_iter().map(|Job { work, reply }| (work, reply)).unzip();
        let answers = self.find_file().and_then(|()| self.together(&works));
        // What went into a file that nobody will find again was not written.
        let answers = answers.and_then(|answers| self.is_same_file().map(|()| answers));
        let mut answers = match answers {
            Ok(answers) => answers.into_iter(),
            Err(trouble) => vec![Err(trouble); works.len()].into_iter(),
        };
        for (reply, answer) in replies.into_iter().zip(answers.by_ref()) {
            let _ = reply.send(answer);
        }
    }

    /// Commits all, or, where that cannot be, each by itself. An error is that of all.
    fn together(&mut self, works: &[Work]) -> Result<Vec<Answer>, Trouble> {
        if let [work] = works {
            return Ok(vec![self.alone(work)]);
        }
        self.connection.command("BEGIN IMMEDIATE")?;
        let mut answers = Vec::with_capacity(works.len());
        for work in works {
            answers.push(self.inside(work));
            if self.connection.is_idle() {
                return Ok(self.one_by_one(works));
            }
        }
        if self.connection.command("COMMIT").is_ok() {
            return Ok(answers);
        }
        self.take_back();
        Ok(self.one_by_one(works))
    }

    fn one_by_one(&mut self, works: &[Work]) -> Vec<Answer> {
        works.iter().map(|work| self.alone(work)).collect()
    }

    /// In a transaction of its own.
    fn alone(&mut self, work: &Work) -> Answer {
        if is_single(work) {
            return self.steps(work);
        }
        self.connection.command("BEGIN IMMEDIATE")?;
        let answer = self.steps(work);
        if matches!(answer, Ok(Some(_))) {
            if let Err(trouble) = self.connection.command("COMMIT") {
                self.take_back();
                return Err(trouble);
            }
        } else {
            self.take_back();
        }
        answer
    }

    /// In a transaction that others share: a single statement is all or nothing by itself.
    fn inside(&mut self, work: &Work) -> Answer {
        if is_single(work) {
            return self.steps(work);
        }
        self.connection.command("SAVEPOINT job")?;
        let answer = self.steps(work);
        if !matches!(answer, Ok(Some(_))) && !self.connection.is_idle() {
            self.connection.command("ROLLBACK TO job")?;
        }
        if !self.connection.is_idle() {
            self.connection.command("RELEASE job")?;
        }
        answer
    }

    fn steps(&mut self, work: &Work) -> Answer {
        let change = match work {
            Work::Change(change) => change,
            Work::Script(sql) => return self.connection.script(sql).map(|()| Some(Vec::new())),
        };
        let mut all: Vec<Done> = Vec::with_capacity(change.steps.len());
        for step in &change.steps {
            let query = match step {
                Step::Run(query) | Step::Needed(query) => query,
                Step::Then(follow) => {
                    let rows = all.last().map(|done| done.rows.clone()).unwrap_or_default();
                    for query in follow(rows)? {
                        all.push(self.connection.run(&query)?);
                    }
                    continue;
                }
            };
            let done = self.connection.run(query)?;
            if step.undoes(&done) {
                return Ok(None);
            }
            all.push(done);
        }
        Ok(Some(all))
    }

    /// Fails where SQLite has done so already.
    fn take_back(&self) {
        if !self.connection.is_idle() {
            let _ = self.connection.command("ROLLBACK");
        }
    }

    /// Opens the file that was put in the place of ours.
    fn find_file(&mut self) -> Result<(), Trouble> {
        if self.is_same_file().is_ok() {
            return Ok(());
        }
        self.connection = Connection::writer(self.file.as_ref(), Open::Existing).map_err(|_| self.gone())?;
        self.generation.fetch_add(1, Ordering::Relaxed);
        tracing::warn!("the store's file was replaced; the new one is used from now on");
        Ok(())
    }

    fn is_same_file(&self) -> Result<(), Trouble> {
        let Some(file) = &self.file else { return Ok(()) };
        if file.is(self.connection.file()) { Ok(()) } else { Err(self.gone()) }
    }

    fn gone(&self) -> Trouble {
        let path = self.file.as_ref().map(|file| file.path().display().to_string()).unwrap_or_default();
        Trouble::new(
            Kind::Gone,
            format!("the store's file {path} was deleted or replaced; put it back, or start again"),
        )
    }
}

/// Whether it is all or nothing by itself.
fn is_single(work: &Work) -> bool {
    matches!(work, Work::Change(change) if change.single().is_some())
}
