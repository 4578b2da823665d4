//! What callbacks say: events of a step, and the summary at the end.

use serde_json::{Value, json};

use super::verification::{End, Taken, Verification};
use crate::clock::Timestamp;

const REASON: &str = "Fraudulent traffic detected for your account on network [ 310260 ].";

/// A step is over: `completed`, `failed` or `blocked`.
pub(super) fn event(
    id: &str,
    verification: &Verification,
    taken: &Taken,
    status: &str,
    now: Timestamp,
) -> Value {
    let mut event = json!({
        "request_id": id,
        "triggered_at": date(taken.at),
        "type": "event",
        "channel": taken.channel.as_str(),
        "status": status,
        "finalized_at": date(now),
        "channel_timeout": verification.plan.channel_timeout.as_secs(),
    });
    add_reference(&mut event, verification);
    event
}

/// The verification is over. A cancelled one has no summary: whoever cancelled knows. A blocked one has the form of the
/// fraud guide, without `channel_timeout`.
pub(super) fn summary(id: &str, verification: &Verification) -> Option<Value> {
    let (finalized_at, end) = verification.end?;
    let status = match end {
        End::Completed => "completed",
        End::Failed => "failed",
        End::Expired => "expired",
        End::Blocked => "blocked",
        End::Cancelled => return None,
    };
    let last = verification.taken.len().saturating_sub(1);
    let workflow = verification.plan.steps.iter().enumerate().map(|(index, step)| {
        let channel = step.channel.as_str();
        let Some(taken) = verification.taken.get(index) else {
            return json!({ "channel": channel, "status": "unused" });
        };
        let status = match (taken.failed, index == last) {
            (true, _) if end != End::Blocked => "failed",
            (_, true) => status,
            (_, false) => "expired",
        };
        let mut step = json!({ "channel": channel, "initiated_at": date(taken.at), "status": status });
        if status == "blocked" {
            step["reason"] = REASON.into();
        }
        step
    });
    let mut summary = json!({
        "request_id": id,
        "submitted_at": date(verification.started_at),
        "status": status,
        "type": "summary",
        "workflow": workflow.collect::<Vec<_>>(),
    });
    if end == End::Blocked {
        summary["finalized_at"] = date(finalized_at).into();
    } else {
        summary["channel_timeout"] = verification.plan.channel_timeout.as_secs().into();
    }
    add_reference(&mut summary, verification);
    Some(summary)
}

fn add_reference(callback: &mut Value, verification: &Verification) {
    if let Some(reference) = &verification.plan.client_ref {
        callback["client_ref"] = reference.as_str().into();
    }
}

/// RFC 3339 to the millisecond.
fn date(at: Timestamp) -> String {
    format!("{}.{:03}Z", at.to_string().trim_end_matches('Z'), at.as_millis().rem_euclid(1_000))
}
