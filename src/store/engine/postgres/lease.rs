//! A connection while it is used, and what is sent on it.

use deadpool::managed::Object;
use futures_util::{FutureExt, TryStreamExt, future::join_all};
use tokio_postgres::types::{ToSql, Type};

use super::{
    super::{
        Done, Query, Row, Trouble,
        change::Step,
        query::Value,
        trouble::{Kind, Refusal},
    },
    hosts::{Connected, Hosts},
};

/// Goes back to the pool when it is dropped, unless something is open on it, or its server is of no use any more.
pub(super) struct Lease {
    connection: Option<Object<Hosts>>,
    torn: bool,
}

/// What is sent in one go.
enum Part<'a> {
    Begin,
    Step(&'a Step),
    Follow(Query),
    Commit,
}

impl Lease {
    pub(super) fn new(connection: Object<Hosts>) -> Self {
        Self { connection: Some(connection), torn: false }
    }

    fn connected(&self) -> Result<&Connected, Trouble> {
        self.connection.as_deref().ok_or_else(Trouble::closed)
    }

    /// Runs a statement outside of a transaction.
    pub(super) async fn run(&mut self, query: &Query) -> Result<Done, Trouble> {
        self.torn = true;
        let done = run(self.connected()?, query).await;
        self.after(done)
    }

    pub(super) async fn script(&mut self, sql: &str) -> Result<(), Trouble> {
        self.torn = true;
        let done = self.connected()?.client.batch_execute(sql).await.map_err(Trouble::from);
        self.after(done)
    }

    /// All of the steps, or none; each wait for the server counts as a trip.
    pub(super) async fn transaction(
        &mut self,
        steps: &[Step],
        trips: &mut u64,
    ) -> Result<Option<Vec<Done>>, Trouble> {
        self.torn = true;
        let done = transaction(self.connected()?, steps, trips).await;
        self.after(done)
    }

    /// A refusal leaves the connection as good as it was.
    fn after<T>(&mut self, done: Result<T, Trouble>) -> Result<T, Trouble> {
        self.torn = done.as_ref().is_err_and(|trouble| {
            !matches!(
                trouble.kind(),
                Kind::Check
                    | Kind::Again
                    | Kind::Full
                    | Kind::Locked
                    | Kind::Other
                    | Kind::Refused(Refusal::Other)
            )
        });
        done
    }
}

impl Drop for Lease {
    fn drop(&mut self) {
        if self.torn
            && let Some(connection) = self.connection.take()
        {
            // It is closed, and what runs on it is stopped: else its locks would outlive whoever gave up.
            Object::take(connection).stop();
        }
    }
}

async fn run(connected: &Connected, query: &Query) -> Result<Done, Trouble> {
    let nothing: (Option<&str>, Option<i64>) = (None, None);
    let values: Vec<(&(dyn ToSql + Sync), Type)> = query
        .values
        .iter()
        .map(|value| -> (&(dyn ToSql + Sync), Type) {
            match value {
                Value::Text(text) => (text, Type::TEXT),
                Value::Int(number) => (number, Type::INT8),
                Value::NoText => (&nothing.0, Type::TEXT),
                Value::NoInt => (&nothing.1, Type::INT8),
            }
        })
        .collect();
    let stream = connected.client.query_typed_raw(query.sql.text(), values).await?;
    let mut stream = std::pin::pin!(stream);
    let mut rows = Vec::new();
    let mut names = None;
    while let Some(row) = stream.try_next().await? {
        let names = names.get_or_insert_with(|| row.columns().iter().map(|it| it.name().into()).collect());
        rows.push(Row::new(std::sync::Arc::clone(names), values_of(&row)?));
    }
    Ok(Done { changed: stream.rows_affected().unwrap_or_default(), rows })
}

fn values_of(row: &tokio_postgres::Row) -> Result<Vec<Value>, Trouble> {
    let value = |(place, column): (usize, &tokio_postgres::Column)| {
        Ok(match *column.type_() {
            Type::INT8 => row.try_get::<_, Option<i64>>(place)?.map_or(Value::NoInt, Value::Int),
            Type::INT4 => {
                row.try_get::<_, Option<i32>>(place)?.map_or(Value::NoInt, |it| Value::Int(it.into()))
            }
            _ => row.try_get::<_, Option<String>>(place)?.map_or(Value::NoText, Value::Text),
        })
    };
    row.columns().iter().enumerate().map(value).collect()
}

async fn transaction(
    connected: &Connected,
    steps: &[Step],
    trips: &mut u64,
) -> Result<Option<Vec<Done>>, Trouble> {
    let mut all: Vec<Done> = Vec::with_capacity(steps.len());
    let mut parts = vec![Part::Begin];
    for step in steps {
        match step {
            Step::Run(_) => parts.push(Part::Step(step)),
            Step::Needed(_) => {
                parts.push(Part::Step(step));
                send(connected, std::mem::take(&mut parts), &mut all, trips).await?;
                if all.last().is_none_or(|done| step.undoes(done)) {
                    take_back(connected);
                    return Ok(None);
                }
            }
            Step::Then(follow) => {
                send(connected, std::mem::take(&mut parts), &mut all, trips).await?;
                let rows = all.last().map(|done| done.rows.clone()).unwrap_or_default();
                match follow(rows) {
                    Ok(queries) => parts.extend(queries.into_iter().map(Part::Follow)),
                    Err(trouble) => {
                        take_back(connected);
                        return Err(trouble);
                    }
                }
            }
        }
    }
    parts.push(Part::Commit);
    send(connected, parts, &mut all, trips).await?;
    Ok(Some(all))
}

/// Sends all before it waits for the first answer. Of errors the first is told: those after it only follow from it.
async fn send(
    connected: &Connected,
    parts: Vec<Part<'_>>,
    all: &mut Vec<Done>,
    trips: &mut u64,
) -> Result<(), Trouble> {
    let ends = matches!(parts.last(), Some(Part::Commit));
    let answers = parts.iter().map(async |part| match part {
        Part::Begin => connected.client.batch_execute("BEGIN").await.map(|()| None).map_err(Trouble::from),
        Part::Commit => connected.client.batch_execute("COMMIT").await.map(|()| None).map_err(Trouble::from),
        Part::Step(Step::Run(query) | Step::Needed(query)) | Part::Follow(query) => {
            run(connected, query).await.map(Some)
        }
        Part::Step(Step::Then(_)) => Ok(None),
    });
    *trips += 1;
    let answers: Result<Vec<_>, _> = join_all(answers).await.into_iter().collect();
    match answers {
        Ok(answers) => {
            all.extend(answers.into_iter().flatten());
            Ok(())
        }
        Err(trouble) => {
            // A commit of what has failed has taken it back.
            if !ends {
                take_back(connected);
            }
            Err(trouble)
        }
    }
}

/// Sent, and not waited for: whatever follows on the connection comes after it.
fn take_back(connected: &Connected) {
    // Where it cannot be sent the connection is closed, which takes back what is open.
    let _ = connected.client.batch_execute("ROLLBACK").now_or_never();
}
