//! The pages: one file each, `show` for GET and `submit` for POST. Forms in, pages out; decisions are made elsewhere.

pub(super) mod cancel;
pub(super) mod check;
pub(super) mod index;
pub(super) mod resend;
pub(super) mod result;
pub(super) mod sessions;
pub(super) mod sign_out;
pub(super) mod status;
pub(super) mod verify;
