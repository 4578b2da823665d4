//! Phone sign-in for any web site, in one binary.

pub mod clock;
pub mod phone;
pub mod pin;
pub mod random;
pub mod simulator;
pub mod templates;
pub mod text;
pub mod verify;
