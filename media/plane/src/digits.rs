//! Keys: telephone events received and sent (RFC 4733).

pub mod receiver;
pub mod sender;
