//! RTP and RTCP (RFC 3550): packets, our outgoing stream, what is known of incoming ones, reports, relaying.

pub mod format;
pub mod outgoing;
pub mod packet;
pub mod reception;
pub mod relay;
pub mod rtcp;

pub use format::{Events, Format, Formats, Kind};
pub use outgoing::Outgoing;
pub use packet::{is_rtcp, write, Header, Malformed, Packet, HEADER};
