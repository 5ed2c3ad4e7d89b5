//! Keys: telephone events received and sent (RFC 4733), tones heard and made (ITU-T Q.23, Q.24).

mod dial_tone;
pub mod inband;
pub mod presence;
pub mod receiver;
pub mod sender;
mod spectrum;
pub mod tones;
