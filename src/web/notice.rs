//! What a page says once, about what the visitor did before.

use crate::{web::text::Sentence, words::words};

words! {
    /// What is said once, on the next page: the word is its key.
    pub(crate) Notice {
        Cancelled => "notice-cancelled",
        /// The number is to be another.
        Change => "notice-change",
        /// This session has ended.
        SignedOut => "notice-signed-out",
        /// The code ran out.
        Expired => "notice-expired",
        /// A code sent before is still good.
        Resumed => "notice-resumed",
        /// A session elsewhere has ended.
        SessionEnded => "notice-session-ended",
        /// All sessions elsewhere have ended.
        OthersEnded => "notice-others-ended",
        /// The message could not be sent.
        NotSent => "notice-not-sent",
        /// Another message was asked for and could not be sent.
        NotResent => "notice-not-resent",
        /// Another browser asked for a code to the same number.
        TakenOver => "notice-taken-over",
        /// The provider's answer was lost: a code may come.
        InDoubt => "notice-in-doubt",
    }
}

impl Notice {
    pub(crate) fn sentence(self) -> Sentence {
        Sentence::new(self.as_str())
    }

    /// Whether the number that was typed before is what comes next, corrected or once more.
    pub(crate) fn keeps_number(self) -> bool {
        match self {
            Self::Change
            | Self::Expired
            | Self::NotSent
            | Self::NotResent
            | Self::TakenOver
            | Self::InDoubt => true,
            Self::Cancelled | Self::SignedOut | Self::Resumed | Self::SessionEnded | Self::OthersEnded => {
                false
            }
        }
    }

    /// The cookie's value: the key without its beginning.
    pub(crate) fn cookie(self) -> &'static str {
        self.as_str().trim_start_matches("notice-")
    }

    /// Reads what [`Notice::cookie`] wrote.
    pub(crate) fn from_cookie(value: &str) -> Option<Self> {
        Self::parse(&format!("notice-{value}"))
    }
}
