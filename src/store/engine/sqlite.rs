//! SQLite: one thread that writes, and readers beside it.
//!
//! What this module promises:
//! * Jobs that wait are committed as a group, and answered after their commit is on disk. Each stands for itself: one that
//!   fails takes nothing of another with it.
//! * Readers never wait for the writer. They read where they are asked: a row is found in less time than another thread
//!   takes to wake up.
//! * A file that was deleted or replaced under us is noticed before anything written to it is acknowledged.

mod connection;
mod file;
mod writer;

use std::{
    path::Path,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, AtomicU64, Ordering},
        mpsc::{Sender, channel},
    },
    time::Instant,
};

use tokio::{sync::oneshot, time::timeout};

use super::{Change, Done, Open, PATIENCE, Query, Row, Trouble, trouble::Kind};
use connection::Connection;
use file::File;
use writer::{Job, Task, Work, Writer};

/// Readers that are kept open; more are opened while more are needed.
const READERS: usize = 8;

#[derive(Debug)]
pub(super) struct Sqlite {
    tasks: Sender<Task>,
    /// None for a store in memory, which has one connection.
    readers: Option<Readers>,
}

#[derive(Debug)]
struct Readers {
    file: File,
    idle: Mutex<Vec<Reader>>,
    /// Counts the files that were put in the place of another.
    generation: Arc<AtomicU64>,
    closed: AtomicBool,
}

#[derive(Debug)]
struct Reader {
    connection: Connection,
    generation: u64,
    looked_at: Instant,
}

impl Sqlite {
    /// `None`: a store in memory.
    pub(super) async fn open(path: Option<&str>, how: Open) -> Result<Self, Trouble> {
        let generation = Arc::new(AtomicU64::new(0));
        let file = path.map(|path| File::new(Path::new(path)));
        let (tasks, waiting) = channel();
        let (opened, is_open) = oneshot::channel();
        let writer = (file.clone(), Arc::clone(&generation));
        let thread = move || match Writer::open(writer.0, how, writer.1) {
            Ok(writer) => {
                let _ = opened.send(Ok(()));
                writer.work(&waiting);
            }
            Err(trouble) => _ = opened.send(Err(trouble)),
        };
        let spawned = std::thread::Builder::new().name("store".to_owned()).spawn(thread);
        spawned.map_err(|error| Trouble::new(Kind::Other, format!("no thread for the store: {error}")))?;
        is_open.await.unwrap_or_else(|_| Err(Trouble::closed()))?;
        let readers = file.map(|file| Readers {
            file,
            idle: Mutex::default(),
            generation,
            closed: AtomicBool::new(false),
        });
        Ok(Self { tasks, readers })
    }

    pub(super) async fn read(&self, query: Query) -> Result<Vec<Row>, Trouble> {
        if let Some(readers) = &self.readers {
            match readers.read(&query) {
                Err(trouble) if trouble.kind() == Kind::Locked => {}
                read => return read,
            }
        }
        // The writer may wait for a lock: it holds up no visitor who wants something else.
        let done = self.change(Change::new(query)).await?;
        Ok(done.into_iter().flatten().next().map(|done| done.rows).unwrap_or_default())
    }

    pub(super) async fn change(&self, change: Change) -> Result<Option<Vec<Done>>, Trouble> {
        self.job(|reply| Job { work: Work::Change(change), reply }).await
    }

    pub(super) async fn script(&self, sql: String) -> Result<(), Trouble> {
        self.job(|reply| Job { work: Work::Script(sql), reply }).await.map(|_| ())
    }

    async fn job(&self, job: impl FnOnce(writer::Reply) -> Job) -> Result<Option<Vec<Done>>, Trouble> {
        let (reply, answer) = oneshot::channel();
        self.tasks.send(Task::Job(job(reply))).map_err(|_| Trouble::closed())?;
        match timeout(PATIENCE, answer).await {
            Ok(answer) => answer.unwrap_or_else(|_| Err(Trouble::closed())),
            Err(_) => Err(Trouble::late(PATIENCE)),
        }
    }

    pub(super) async fn close(&self) {
        if let Some(readers) = &self.readers {
            readers.closed.store(true, Ordering::Relaxed);
            readers.lock().clear();
        }
        let (closed, is_closed) = oneshot::channel();
        if self.tasks.send(Task::Close(closed)).is_ok() {
            let _ = is_closed.await;
        }
    }
}

impl Readers {
    fn read(&self, query: &Query) -> Result<Vec<Row>, Trouble> {
        let mut reader = match self.idle_one() {
            Some(reader) => reader,
            None => self.open()?,
        };
        let done = reader.connection.run(query);
        let mut idle = self.lock();
        if idle.len() < READERS && !self.closed.load(Ordering::Relaxed) {
            idle.push(reader);
        }
        done.map(|done| done.rows)
    }

    /// One whose file is still the store's.
    fn idle_one(&self) -> Option<Reader> {
        let mut reader = self.lock().pop()?;
        let now = Instant::now();
        if now.duration_since(reader.looked_at) >= file::LOOK_AFTER {
            reader.looked_at = now;
            if !self.file.is(reader.connection.file()) {
                return None;
            }
        }
        (reader.generation == self.generation.load(Ordering::Relaxed)).then_some(reader)
    }

    fn open(&self) -> Result<Reader, Trouble> {
        if self.closed.load(Ordering::Relaxed) {
            return Err(Trouble::closed());
        }
        let generation = self.generation.load(Ordering::Relaxed);
        let connection = Connection::reader(&self.file)?;
        Ok(Reader { connection, generation, looked_at: Instant::now() })
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Reader>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
