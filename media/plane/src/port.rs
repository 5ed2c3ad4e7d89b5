//! One RTP port: who may send to it, what it plays, whom it feeds. Owned by one thread at a time.

pub mod hearing;
mod inward;
mod keys;
mod outward;
mod playing;
mod reports;
mod room_member;
mod secure_span;
mod securing;
mod source;

use std::io;
use std::net::{IpAddr, UdpSocket};
use std::sync::Arc;

use hearing::Hearing;
pub use inward::Datagram;
use keys::Keys;
use room_member::Membership;
use secure_span::SecureSpan;
use source::Source;

use crate::command::{Connection, Security};
use crate::counters::PortCounters;
use crate::io::clock::{SLOTS_PER_TICK, TICKS_PER_SECOND};
use crate::io::rings::EventSender;
use crate::io::socket::{self, MTU};
use crate::player::{Player, PAYLOAD};
use crate::record::tap::{Tap, Taps};
use crate::rtp::reception::Reception;
use crate::rtp::relay::Relay;
use crate::rtp::rtcp::Reporter;
use crate::rtp::{Outgoing, HEADER};
use crate::secure::gate::Gate;
use crate::secure::shield::Shield;

/// Room behind the longest packet for what encryption adds.
pub const TRAILER: usize = 32;
/// A datagram being made.
pub type Out = [u8; HEADER + MTU + TRAILER];
pub type Scratch = [u8; PAYLOAD];

/// What a port borrows from its thread.
pub struct Lane<'a> {
    pub events: &'a mut EventSender,
    /// Running numbers of the tick (20 ms) and of the slot (2 ms).
    pub tick: u32,
    pub beat: u32,
    /// The same moment in milliseconds, which never wrap.
    pub now_ms: u64,
    pub out: &'a mut Out,
    /// Where a payload is made that does not stand ready; what it held before means nothing.
    pub scratch: &'a mut Scratch,
    pub timeout_ticks: u32,
}

/// Where the packets a port hears go on to; the number is a place in the thread's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feeds {
    Nobody,
    Itself,
    Peer(usize),
    /// The room there.
    Room(usize),
}

pub struct Port {
    pub id: u32,
    pub number: u16,
    /// Its first slot of the tick, and how many slots lie between two visits.
    pub slot: usize,
    pub visits: usize,
    pub feeds: Feeds,
    pub room: Option<usize>,
    /// Told by epoll (relaying) rather than looked at once a tick.
    pub watched: bool,
    /// More datagrams wait than one visit takes.
    pub overrun: bool,
    pub counters: Arc<PortCounters>,
    pub socket: UdpSocket,
    /// Reports; gone once they share the other socket (RFC 5761).
    pub control: Option<UdpSocket>,
    connection: Option<Connection>,
    shield: Shield,
    /// Who may be heard, where keys are agreed on the way (DTLS-SRTP).
    gate: Option<Box<Gate>>,
    source: Source,
    started: bool,
    timed_out: bool,
    heard_tick: u32,
    /// When more than one datagram was last found waiting.
    backlog_tick: u32,
    reception: Reception,
    keys: Keys,
    out: Outgoing,
    /// The slot in which the next packet of our own making leaves.
    due: u32,
    relay: Relay,
    membership: Membership,
    span: SecureSpan,
    player: Option<Player>,
    taps: Taps,
    /// Only while somebody wants to know what is said.
    hearing: Option<Box<Hearing>>,
    reporter: Reporter,
    report_tick: u32,
}

impl Port {
    pub fn open(id: u32, address: IpAddr, number: u16, dscp: u8, beat: u32) -> io::Result<Self> {
        let voice = socket::open(address, number, Some(dscp))?;
        let control = socket::open(address, number + 1, None)?;
        voice.set_nonblocking(true)?;
        control.set_nonblocking(true)?;
        let tick = beat / SLOTS_PER_TICK;
        Ok(Self {
            id,
            number,
            slot: 0,
            visits: SLOTS_PER_TICK as usize,
            feeds: Feeds::Nobody,
            room: None,
            watched: false,
            overrun: false,
            counters: Arc::default(),
            socket: voice,
            control: Some(control),
            connection: None,
            shield: Shield::default(),
            gate: None,
            source: Source::default(),
            started: false,
            timed_out: false,
            heard_tick: tick,
            backlog_tick: tick,
            reception: Reception::default(),
            keys: Keys::default(),
            out: Outgoing::new(socket::random(), beat),
            due: beat,
            relay: Relay::default(),
            membership: Membership::default(),
            span: SecureSpan::default(),
            player: None,
            taps: Taps::default(),
            hearing: None,
            reporter: Reporter::default(),
            report_tick: 0,
        })
    }

    pub fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// Whether the sources of datagrams must be asked for.
    pub fn wants_sources(&self) -> bool {
        !self.source.is_exclusive()
    }

    /// Whether a look at the socket may end with the first datagram: a peer of ours sends one a tick.
    /// Every eighth look is a thorough one, and all are while more than one had been waiting, or in a room: what is
    /// left for the next tick would make conversation wait.
    pub fn expects_one(&self, tick: u32) -> bool {
        let in_room = matches!(self.feeds, Feeds::Room(_));
        !in_room && tick & 7 != 0 && self.comes_singly(tick)
    }

    /// Whether our peer alone is heard, and its packets have not come in heaps of late.
    pub fn comes_singly(&self, tick: u32) -> bool {
        self.source.is_exclusive() && tick.wrapping_sub(self.backlog_tick) > TICKS_PER_SECOND
    }

    pub fn note_backlog(&mut self, waiting: usize, tick: u32) {
        if waiting > 1 {
            self.backlog_tick = tick;
        }
    }

    /// The queue was found empty after the kernel began to keep strangers out.
    pub fn drained(&mut self, tied_before: bool) {
        self.source.drained(tied_before);
    }

    pub fn is_tied(&self) -> bool {
        self.source.is_tied()
    }

    // ---- commands ----

    pub fn connect(&mut self, mut connection: Connection, security: Security, tick: u32, beat: u32) {
        let remote = connection.remote;
        // 0.0.0.0 or port 0: hold, in the manner of RFC 2543. With ICE it says nothing.
        let is_addressed = !remote.ip().is_unspecified() && remote.port() != 0;
        connection.sending &= is_addressed || matches!(security, Security::Terms(_));
        let before = self.connection.replace(connection);
        let stays = before.is_some_and(|b| b.remote == remote && b.symmetric == connection.symmetric);
        // Signalling may move the source even where its address stays: a phone that changed its port.
        self.source.renew(&self.socket, !stays);
        if !stays {
            self.started = false;
            self.report_tick = tick.wrapping_add(self.report_interval(tick));
        }
        let clock = connection.sends.codec.rtp_clock();
        let rekeyed = self.secure(security, remote, tick);
        if rekeyed {
            self.out.restart(socket::random(), beat);
        }
        if self.out.retune(clock, connection.period, beat, socket::random) || rekeyed {
            self.relay = Relay::default();
        }
        // Packets of 10 and 30 ms need a look twice a tick.
        self.visits = if connection.period.is_multiple_of(SLOTS_PER_TICK) {
            SLOTS_PER_TICK
        } else {
            SLOTS_PER_TICK / 2
        } as usize;
        self.due = beat;
        self.reshape();
        self.keys.connect(&connection, beat);
        self.heard_tick = tick;
        self.timed_out = false;
        if !connection.sending {
            self.out.interrupt();
            self.relay.desync();
        }
    }

    /// Reports come with the sound from now on: their own socket is given up.
    pub fn take_control(&mut self) -> Option<UdpSocket> {
        self.connection.filter(|c| c.mux).and_then(|_| self.control.take())
    }

    /// Record, in place of what was recorded of the same kind.
    pub fn record(&mut self, tap: Tap) {
        if tap.is_stereo() {
            self.taps.call = Some(tap);
        } else {
            self.taps.message = Some(tap);
        }
    }

    pub fn stop_recording(&mut self) {
        self.taps.end();
    }

    /// Another partner, or none: the outgoing stream will be joined anew.
    pub fn part(&mut self) {
        self.relay.desync();
        self.out.interrupt();
    }
}
