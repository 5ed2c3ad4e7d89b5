//! Codecs: from samples to payloads and back.

pub mod g711;

pub use g711::Codec;
