//! Centralita's audio plane: every RTP packet of every call, on threads of its own.
//!
//! Python opens ports and sends commands; it never sees a packet. No call logic lives here.

pub mod codec;
pub mod command;
pub mod counters;
pub mod digits;
pub mod engine;
pub mod event;
pub mod io;
pub mod plane;
pub mod player;
pub mod port;
#[cfg(feature = "python")]
mod python;
pub mod record;
pub mod rtp;
pub mod samples;
pub mod secure;
