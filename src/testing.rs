//! For the tests and benches of this crate alone: nothing here is promised to stay.

pub mod attempt {
    pub use crate::attempt::{Attempt, Delivery, Move, Origin, RequestId, State};
}
pub mod audit {
    pub use crate::audit::{Event, filter};
}
pub mod channel {
    pub use crate::channel::{Channel, Channels};
}
pub mod clock {
    pub use crate::clock::{Clock, Timestamp};
}
pub mod code {
    pub use crate::code::Pin;
}
pub mod config {
    pub use crate::config::{Config, Environment, Invocation};
}
pub mod guard {
    pub use crate::guard::{
        Asker, By, Counted, Guard, GuardSettings, KNOWN_FOR, Kind, Limit, Mode, Rates, Subject,
    };
    pub mod breaker {
        pub use crate::guard::breaker::Cause;
    }
    pub mod budget {
        pub use crate::guard::budget::day;
    }
    pub mod guessing {
        pub use crate::guard::guessing::OF_NUMBER;
    }
    pub mod key {
        pub use crate::guard::key::of_number;
    }
    pub mod report {
        pub use crate::guard::report::report;
    }
}
pub mod keys {
    pub use crate::keys::{Keys, Token};
}
pub mod metrics {
    pub use crate::metrics::CONTENT_TYPE;
}
pub mod phone {
    pub use crate::phone::{Fiction, PhoneError, PhoneNumber, warm_up};
}
pub mod random {
    pub use crate::random::Random;
}
pub mod sign_in {
    pub use crate::sign_in::{Check, Refusal, Start};
    pub mod jobs {
        pub use crate::sign_in::jobs::{cancels, endings, moves, sweep};
    }
}
pub mod simulator {
    pub use crate::simulator::{Options, Simulator, SimulatorClock, clock_following, options};
}
pub mod store {
    pub use crate::store::{Claim, Device, Ended, NewResend, Session, Store, Success, Tally};
}
pub mod verify {
    pub use crate::verify::{Checked, Credentials, VerifyApi, VerifyClient, VerifyError, VerifySettings};
}
pub mod web {
    pub mod return_to {
        pub use crate::web::return_to::Rules;
    }
    pub mod router {
        pub use crate::web::router::router;
    }
    pub mod server {
        pub use crate::web::server::{Server, StartError, World};
    }
    pub mod state {
        pub use crate::web::state::AppState;
    }
}
