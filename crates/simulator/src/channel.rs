//! The ways in which a message can travel.

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Channel {
    Sms,
    Voice,
    Whatsapp,
    Rcs,
    Email,
    /// Takes no code; the simulated network never confirms it.
    SilentAuth,
}

impl Channel {
    /// As v2 spells it.
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Voice => "voice",
            Self::Whatsapp => "whatsapp",
            Self::Rcs => "rcs",
            Self::Email => "email",
            Self::SilentAuth => "silent_auth",
        }
    }
}
