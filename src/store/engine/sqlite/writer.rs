//! The thread that writes.

use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
        mpsc::Receiver,
    },
    thread, vec,
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
            // On a busy machine those who have more to write come first: one commit for all is cheapest.
            thread::yield_now();
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
        let answers = self.in_the_file(&works);
        let mut answers = match answers {
            Ok(answers) => answers.into_iter(),
            Err(trouble) => vec![Err(trouble); works.len()].into_iter(),
        };
        for (reply, answer) in replies.into_iter().zip(answers.by_ref()) {
            let _ = reply.send(answer);
        }
    }

    /// What went into a file that nobody will find again was not written, and is done again where there is a new one.
    fn in_the_file(&mut self, works: &[Work]) -> Result<Vec<Answer>, Trouble> {
        let answers = self.together(works);
        if self.is_same_file().is_ok() {
            return answers;
        }
        self.find_file()?;
        let answers = self.together(works);
        self.is_same_file().and(answers)
    }

    /// Commits all, or, where that cannot be, each by itself. An error is that of all.
    fn together(&mut self, works: &[Work]) -> Result<Vec<Answer>, Trouble> {
        if let [work] = works {
            return Ok(vec![self.alone(work)]);
        }
        // Jobs that have to be taken back are rare, and being able to costs an eighth of the work.
        for guarded in [false, true] {
            if let Some(answers) = self.in_one(works, guarded)? {
                return Ok(answers);
            }
        }
        Ok(self.one_by_one(works))
    }

    /// In one transaction; nothing, and nothing done, if that cannot be. Only `guarded` can a job be taken back.
    fn in_one(&mut self, works: &[Work], guarded: bool) -> Result<Option<Vec<Answer>>, Trouble> {
        self.connection.command("BEGIN IMMEDIATE")?;
        let mut answers = Vec::with_capacity(works.len());
        for work in works {
            let answer = if guarded { Some(self.inside(work)?) } else { self.steps(work).unless_half_done() };
            match answer {
                Some(answer) if !self.connection.is_idle() => answers.push(answer),
                _ => {
                    self.take_back();
                    return Ok(None);
                }
            }
        }
        if self.connection.command("COMMIT").is_ok() {
            return Ok(Some(answers));
        }
        self.take_back();
        Ok(None)
    }

    fn one_by_one(&mut self, works: &[Work]) -> Vec<Answer> {
        works.iter().map(|work| self.alone(work)).collect()
    }

    /// In a transaction of its own.
    fn alone(&mut self, work: &Work) -> Answer {
        if is_single(work) {
            return self.steps(work).answer;
        }
        self.connection.command("BEGIN IMMEDIATE")?;
        let answer = self.steps(work).answer;
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

    /// In a transaction that others share: a single statement is all or nothing by itself. An error is that of all.
    fn inside(&mut self, work: &Work) -> Result<Answer, Trouble> {
        if is_single(work) {
            return Ok(self.steps(work).answer);
        }
        self.connection.command("SAVEPOINT job")?;
        let answer = self.steps(work).answer;
        if !matches!(answer, Ok(Some(_))) && !self.connection.is_idle() {
            self.connection.command("ROLLBACK TO job")?;
        }
        if !self.connection.is_idle() {
            self.connection.command("RELEASE job")?;
        }
        Ok(answer)
    }

    fn steps(&mut self, work: &Work) -> Steps {
        let mut all = Vec::new();
        let answer = match work {
            Work::Change(change) => self.take_steps(change, &mut all),
            Work::Script(sql) => self.connection.script(sql).map(|()| true),
        };
        let done = matches!(answer, Ok(true));
        let half_done = !done && (matches!(work, Work::Script(_)) || all.iter().any(|done| done.changed > 0));
        Steps { answer: answer.map(|done| done.then_some(all)), half_done }
    }

    /// `false` if one that is needed changed nothing.
    fn take_steps(&mut self, change: &Change, all: &mut Vec<Done>) -> Result<bool, Trouble> {
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
                return Ok(false);
            }
            all.push(done);
        }
        Ok(true)
    }

    /// Fails where SQLite has done so already.
    fn take_back(&self) {
        if !self.connection.is_idle() {
            let _ = self.connection.command("ROLLBACK");
        }
    }

    /// Opens the file that was put in the place of ours.
    fn find_file(&mut self) -> Result<(), Trouble> {
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

/// What the steps of a job came to.
struct Steps {
    answer: Answer,
    /// Not all was done, and not nothing.
    half_done: bool,
}

impl Steps {
    fn unless_half_done(self) -> Option<Answer> {
        (!self.half_done).then_some(self.answer)
    }
}

/// Whether it is all or nothing by itself.
fn is_single(work: &Work) -> bool {
    matches!(work, Work::Change(change) if change.single().is_some())
}
