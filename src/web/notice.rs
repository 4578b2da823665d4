//! What a page says once, about what the visitor did before.

/// What is said once, on the next page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Notice {
    /// The sign-in was cancelled.
    Cancelled,
    /// This session has ended.
    SignedOut,
    /// The code ran out.
    Expired,
    /// A code sent before is still good.
    Resumed,
    /// A session elsewhere has ended.
    SessionEnded,
    /// All sessions elsewhere have ended.
    OthersEnded,
    /// The message could not be sent.
    NotSent,
    /// Another message was asked for and could not be sent.
    NotResent,
    /// Another browser asked for a code to the same number.
    TakenOver,
    /// The provider's answer was lost: a code may come.
    InDoubt,
}

impl Notice {
    const ALL: [Self; 10] = [
        Self::Cancelled,
        Self::SignedOut,
        Self::Expired,
        Self::Resumed,
        Self::SessionEnded,
        Self::OthersEnded,
        Self::NotSent,
        Self::NotResent,
        Self::TakenOver,
        Self::InDoubt,
    ];

    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Cancelled => "cancelled",
            Self::SignedOut => "signed-out",
            Self::Expired => "expired",
            Self::Resumed => "resumed",
            Self::SessionEnded => "session-ended",
            Self::OthersEnded => "others-ended",
            Self::NotSent => "not-sent",
            Self::NotResent => "not-resent",
            Self::TakenOver => "taken-over",
            Self::InDoubt => "in-doubt",
        }
    }

    /// Reads what [`Notice::as_str`] wrote.
    pub(crate) fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|notice| notice.as_str() == word)
    }
}
