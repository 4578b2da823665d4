//! The app as its visitors and operators meet it: the real server on a free port, in front of the simulator.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    unreachable_pub,
    reason = "a test that cannot go on should say where"
)]

mod audit;
mod audit_refusals;
mod behind_a_proxy;
mod breaker;
mod budget;
mod callbacks;
mod cancelling;
mod connections;
mod contract;
mod destinations;
mod documents;
mod embedded;
mod front_door;
mod gate;
mod gate_sessions;
mod guessing;
mod half_an_address;
mod hostile;
mod house;
mod known_browsers;
mod known_tokens;
mod languages;
mod limits;
mod look;
mod lost_checks;
mod lost_lines;
mod lost_starts;
mod many_instances;
mod metrics;
mod operating;
mod outsiders;
mod phone_form;
mod provider_faults;
mod read_only;
mod refused_callbacks;
mod restarts;
mod return_to;
mod secrets;
mod sending_again;
mod sending_again_in_trouble;
mod sending_again_within_limits;
mod sequences;
mod sessions;
mod several_cookies;
mod signing_in;
mod simulator_alone;
mod simulator_mode;
mod special_numbers;
mod starting;
mod stopping;
mod store_refusals;
mod taking_over;
mod taking_over_again;
mod trips;
mod twice;
mod unread;
