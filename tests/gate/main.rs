//! Sites behind real proxies, set up as `deploy/` says, with the real program at the gate and real browsers in front.
//!
//! Time is real here: tests wait for what should come, up to a limit, and never to let the app's time pass.

#![expect(clippy::unwrap_used, clippy::expect_used, reason = "a test that cannot go on should say where")]

mod addresses;
mod bodies;
mod browsing;
mod demo;
mod deploy;
mod forging;
mod load;
mod long_links;
mod preflights;
mod proxy;
mod requests;
mod rolling;
mod site;
mod smuggling;
mod traefik;
mod world;
