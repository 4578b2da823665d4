//! What keeps a stranger from spending the operator's money.
//!
//! * [`destination`]: which numbers a code may go to, by country and by kind of line.
//! * [`allowed`]: the numbers of a file, where only those may sign in.
//! * [`address`]: whence a visitor comes, also behind proxies.
//! * [`breaker`]: a provider that fails is left alone for a while.

pub mod address;
pub mod allowed;
pub mod breaker;
pub mod destination;
