//! What is changed together: all of it, or nothing.

use std::sync::Arc;

use super::{Query, Row, Trouble};

/// Statements that are committed together. It is data, so that an engine can run it again from its start.
#[derive(Clone)]
pub(in crate::store) struct Change {
    pub(super) steps: Vec<Step>,
}

#[derive(Clone)]
pub(super) enum Step {
    Run(Query),
    /// If it changes nothing, then nothing of all is done.
    Needed(Query),
    /// Statements that follow from the rows of the one before; what they do is told as of all others.
    Then(Follow),
}

pub(super) type Follow = Arc<dyn Fn(Vec<Row>) -> Result<Vec<Query>, Trouble> + Send + Sync>;

/// What a statement did.
#[derive(Clone, Default)]
pub(in crate::store) struct Done {
    pub(in crate::store) changed: u64,
    pub(in crate::store) rows: Vec<Row>,
}

impl Change {
    /// Begins with a statement.
    pub(in crate::store) fn new(query: Query) -> Self {
        Self { steps: vec![Step::Run(query)] }
    }

    /// Begins with one without which nothing is done.
    pub(in crate::store) fn only_if(query: Query) -> Self {
        Self { steps: vec![Step::Needed(query)] }
    }

    /// All of them; `None` if there are none.
    pub(in crate::store) fn all(queries: impl IntoIterator<Item = Query>) -> Option<Self> {
        let steps: Vec<_> = queries.into_iter().map(Step::Run).collect();
        (!steps.is_empty()).then_some(Self { steps })
    }

    /// All of them, if each changes something; `None` if there are none.
    pub(in crate::store) fn all_needed(queries: impl IntoIterator<Item = Query>) -> Option<Self> {
        let steps: Vec<_> = queries.into_iter().map(Step::Needed).collect();
        (!steps.is_empty()).then_some(Self { steps })
    }

    pub(in crate::store) fn and(mut self, query: Query) -> Self {
        self.steps.push(Step::Run(query));
        self
    }

    pub(in crate::store) fn and_all(self, queries: impl IntoIterator<Item = Query>) -> Self {
        queries.into_iter().fold(self, Self::and)
    }

    pub(in crate::store) fn and_needs(mut self, query: Query) -> Self {
        self.steps.push(Step::Needed(query));
        self
    }

    pub(in crate::store) fn then(
        mut self,
        follow: impl Fn(Vec<Row>) -> Result<Vec<Query>, Trouble> + Send + Sync + 'static,
    ) -> Self {
        self.steps.push(Step::Then(Arc::new(follow)));
        self
    }

    /// The one statement that it is, if it needs no transaction.
    pub(super) fn single(&self) -> Option<&Step> {
        match &self.steps[..] {
            [step @ (Step::Run(_) | Step::Needed(_))] => Some(step),
            _ => None,
        }
    }
}

impl Step {
    /// Whether all that was done before it is to be taken back.
    pub(super) fn undoes(&self, done: &Done) -> bool {
        matches!(self, Self::Needed(_)) && done.changed == 0
    }
}
