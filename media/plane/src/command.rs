//! What Python tells a thread: imperative, valid in any order, harmless for ports that are gone.

use std::collections::VecDeque;
use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use crate::player::ClipData;
use crate::port::hearing::Hearing;
use crate::port::Port;
use crate::record::tap::Tap;
use crate::rtp::{Events, Format, Formats};
use crate::samples::roles::Role;
use crate::secure::gate::Terms;
use crate::secure::srtp::Keys;

/// How a stream runs from now on.
#[derive(Clone, Copy, Debug)]
pub struct Connection {
    pub remote: SocketAddr,
    /// Where reports go, when the peer named a place of its own (RFC 3605).
    pub reports: Option<SocketAddr>,
    /// RTP and RTCP on one port (RFC 5761).
    pub mux: bool,
    pub sends: Format,
    pub accepts: Formats,
    pub events: Option<Events>,
    /// Keys are heard in the sound.
    pub inband: bool,
    /// Slots of the clock between two packets of ours.
    pub period: u32,
    pub sending: bool,
    pub receiving: bool,
    /// Another address the peer may send from: where its signalling comes from, for phones behind NAT.
    pub also: Option<IpAddr>,
    /// Take the first source whatever its address.
    pub symmetric: bool,
}

/// What protects a stream.
pub enum Security {
    Plain,
    /// SRTP by keys that signalling carried.
    Keys(Box<Keys>),
    /// SRTP by keys that both ends agree on (DTLS).
    Terms(Box<Terms>),
}

pub enum Command {
    Adopt(Box<Port>),
    /// A port is on its way from another thread: hold all other commands until it is here.
    Expect(u32),
    /// The expected port; None when it was closed before it could be handed over.
    Receive {
        id: u32,
        port: Option<Box<Port>>,
    },
    /// Hand a port over to another thread.
    Release {
        port: u32,
        thread: usize,
    },
    Connect {
        port: u32,
        connection: Connection,
        security: Security,
    },
    Play {
        port: u32,
        playback: u32,
        clips: Vec<Arc<ClipData>>,
        looping: bool,
        start: u64,
        gain: f32,
        /// Over what plays, which goes on more quietly below.
        over: bool,
    },
    /// End one playback, or all.
    Stop {
        port: u32,
        playback: Option<u32>,
    },
    Pause {
        port: u32,
        on: bool,
    },
    /// In samples from the beginning of the playback.
    Seek {
        port: u32,
        place: u64,
    },
    SetGain {
        port: u32,
        gain: f32,
    },
    Echo {
        port: u32,
    },
    SendDigits {
        port: u32,
        codes: VecDeque<u8>,
        press_ms: u32,
        gap_ms: u32,
    },
    Record {
        port: u32,
        tap: Tap,
    },
    StopRecording {
        port: u32,
    },
    /// Listen from now on, or no longer. What listens already goes on with what the new one wants.
    Listen {
        port: u32,
        hearing: Option<Box<Hearing>>,
    },
    /// Two ports hear each other and nobody else, in a room that ends with their conversation.
    Bridge {
        room: u32,
        a: u32,
        b: u32,
    },
    OpenRoom {
        room: u32,
    },
    /// `gain` is in tenths of a decibel.
    JoinRoom {
        room: u32,
        port: u32,
        role: Role,
        gain: i16,
    },
    SetRole {
        room: u32,
        port: u32,
        role: Role,
        gain: i16,
    },
    LeaveRoom {
        room: u32,
        port: u32,
    },
    CloseRoom {
        room: u32,
    },
    /// Nothing of this port is heard by anybody, until it is told otherwise.
    Secure {
        port: u32,
        on: bool,
        blips: bool,
    },
    Unbridge {
        port: u32,
    },
    Close {
        port: u32,
    },
    Quit,
}
