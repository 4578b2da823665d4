//! The program, on the real clock, in front of a provider that sends to everybody.

use phonegate::testing::clock::Clock;

use phonegate_testing::{Binary, CREDENTIALS, Provider};

pub(crate) async fn provider() -> Provider {
    Provider::without_limits(&Clock::system()).await
}

/// An instance with guard and limits, which are wide enough for a crowd behind one address, and with no memory of its own
/// of who is signed in.
pub(crate) fn phonegate(provider: &Provider, store: &str, more: &[(&str, &str)]) -> Binary {
    let variables = [
        ("VONAGE_API_KEY", CREDENTIALS.0),
        ("VONAGE_API_SECRET", CREDENTIALS.1),
        ("VERIFY_BASE_URL", provider.base_url.as_str()),
        ("STORE_URL", store),
        ("AUTH_CACHE", "0s"),
        ("LIMIT_ADDRESS", "1000000/10m,1000000/1h,1000000/1d"),
        ("LIMIT_PREFIX", "1000000/1h"),
        ("LIMIT_TOTAL", "1000000/1h,1000000/1d"),
    ];
    Binary::start(&[&variables, more].concat())
}
