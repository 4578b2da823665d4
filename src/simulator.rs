//! The built-in simulator, which is a crate of its own and knows nothing of us: here it gets our time and randomness.

pub(crate) use vonage_simulator::Callbacks;
pub use vonage_simulator::{Clock as SimulatorClock, Options, Simulator};

use crate::{clock::Clock, random::Random};

/// How a simulator behaves that lives on `clock`, and may be set ahead of it.
pub fn options(clock: &Clock, random: &Random) -> Options {
    let random = random.clone();
    Options::new(clock_following(clock), vonage_simulator::Random::new(move |bytes| random.fill(bytes)))
}

/// A clock of the simulator's that follows ours.
pub fn clock_following(clock: &Clock) -> SimulatorClock {
    let clock = clock.clone();
    SimulatorClock::following(move || vonage_simulator::Timestamp::from_millis(clock.now().as_millis()))
}

/// The simulator on our own port.
#[derive(Debug)]
pub(crate) struct Simulated {
    /// The provider that it plays.
    pub(crate) simulator: Simulator,
    /// Asked for by `--simulator`: others may reach it.
    pub(crate) forced: bool,
}
