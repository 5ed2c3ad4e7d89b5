//! Centralita's audio plane: every RTP packet of every call, on threads of its own.
//!
//! Python opens ports and sends commands; it never sees a packet. No call logic lives here.

pub mod allocator;
pub mod clock;
pub mod command;
pub mod counters;
pub mod digit_receiver;
pub mod digit_sender;
pub mod engine;
pub mod event;
pub mod g711;
pub mod plane;
pub mod player;
pub mod poll;
pub mod port;
#[cfg(feature = "python")]
#[cfg(feature = "python")]
mod python;
pub mod reception;
pub mod recorder;
pub mod relay;
pub mod rings;
pub mod rtcp;
pub mod rtp;
pub mod socket;
pub mod wav;
