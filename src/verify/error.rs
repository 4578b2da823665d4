//! What can go wrong with the provider, by meaning.

use crate::attempt::RequestId;

/// What went wrong, by meaning. `Display` is for the operator; it holds no number, code or secret.
///
/// The text inside is what the provider said, scrubbed, after the status it said it with.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum VerifyError {
    /// A verification to this number runs already; the id may be another visitor's.
    #[error("a verification to this number is running already")]
    AlreadyRunning(Option<RequestId>),
    /// The provider does not take the number for one.
    #[error("the provider turned the number down: {0}")]
    InvalidNumber(String),
    /// No network leads there.
    #[error("the provider cannot reach the number: {0}")]
    NotRoutable(String),
    /// By the provider, for fear of fraud.
    #[error(
        "the provider blocks the number or its network; check the conversion rate and look for abuse: {0}"
    )]
    Blocked(String),
    /// The account does not cover it.
    #[error("the provider does not serve the number's network; enable its country or drop it: {0}")]
    NetworkUnsupported(String),
    /// Only chosen numbers get codes.
    #[error("the account is in demo mode; add funds or approve the number: {0}")]
    NotApproved(String),
    /// Too many requests of ours.
    #[error("the provider limits our rate: {0}")]
    Throttled(String),
    /// Wrong key or secret, or a token that is not accepted.
    #[error(
        "the provider refused our credentials; check key and secret, or application, private key and this machine's clock: {0}"
    )]
    Credentials(String),
    /// The account is closed to sending.
    #[error("the account is barred from sending; contact the provider: {0}")]
    Barred(String),
    /// The account may not do this.
    #[error("the provider denied access; enable the product, or ask why the account is suspended: {0}")]
    Forbidden(String),
    /// The account is empty.
    #[error("the balance is too low and no codes can be sent; top up the account: {0}")]
    Balance(String),
    /// A parameter missing or invalid that is ours, not the visitor's.
    #[error("the provider turned down a parameter of ours: {0}")]
    Parameter(String),
    /// Ours are the provider's own, so this should not come.
    #[error("the account may not choose its own codes: {0}")]
    CustomCode(String),
    /// We do not ask for it, so this should not come.
    #[error("silent authentication is not possible for this number: {0}")]
    SilentAuth(String),
    /// The provider's own fault: v1 status 5, HTTP 5xx.
    #[error("the provider has a fault of its own: {0}")]
    Fault(String),
    /// No connection was made: nothing was sent.
    #[error("no connection to the provider; check VERIFY_BASE_URL and the network: {0}")]
    Unreachable(String),
    /// A message may have gone out.
    #[error("the provider did not answer in time")]
    TimedOut,
    /// The connection ended before an answer.
    #[error("the connection to the provider ended before its answer: {0}")]
    Lost(String),
    /// A good status, and an answer that is not the API's: HTML, cut JSON, a missing field.
    #[error("the answer is none that the API gives; check VERIFY_BASE_URL: {0}")]
    Unreadable(String),
    /// A refusal that is not the API's, but a page of a proxy, a portal or another site: nothing was sent.
    #[error(
        "something else than the API answered; check VERIFY_BASE_URL, and what lies on the way there: {0}"
    )]
    NotTheApi(String),
    /// A status that no document lists.
    #[error("the provider gave an answer that its documents do not list: {0}")]
    Unexpected(String),
}

impl VerifyError {
    /// Its kind, in one of few words.
    pub(crate) fn kind(&self) -> &'static str {
        match self {
            Self::AlreadyRunning(_) => "already_running",
            Self::InvalidNumber(_) => "invalid_number",
            Self::NotRoutable(_) => "not_routable",
            Self::Blocked(_) => "blocked",
            Self::NetworkUnsupported(_) => "network_unsupported",
            Self::NotApproved(_) => "not_approved",
            Self::Throttled(_) => "throttled",
            Self::Credentials(_) => "credentials",
            Self::Barred(_) => "barred",
            Self::Forbidden(_) => "forbidden",
            Self::Balance(_) => "balance",
            Self::Parameter(_) => "parameter",
            Self::CustomCode(_) => "custom_code",
            Self::SilentAuth(_) => "silent_auth",
            Self::Fault(_) => "fault",
            Self::Unreachable(_) => "unreachable",
            Self::TimedOut => "timed_out",
            Self::Lost(_) => "lost",
            Self::Unreadable(_) => "unreadable",
            Self::NotTheApi(_) => "not_the_api",
            Self::Unexpected(_) => "unexpected",
        }
    }

    /// Whether a message may have gone out although no good answer came back.
    pub(crate) fn may_have_sent(&self) -> bool {
        matches!(
            self,
            Self::Fault(_) | Self::TimedOut | Self::Lost(_) | Self::Unreadable(_) | Self::Unexpected(_)
        )
    }
}
