//! The app as its visitors and operators meet it: the real server on a free port, in front of the simulator.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    reason = "a test that cannot go on should say where"
)]

mod behind_a_proxy;
mod breaker;
mod budget;
mod cancelling;
mod destinations;
mod embedded;
mod gate;
mod guessing;
mod hostile;
mod known_browsers;
mod limits;
mod many_instances;
mod operating;
mod provider_faults;
mod restarts;
mod return_to;
mod secrets;
mod sessions;
mod signing_in;
mod simulator_alone;
mod simulator_mode;
mod special_numbers;
mod support;
mod twice;
