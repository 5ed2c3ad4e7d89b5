//! One RTP port: who may send to it, what it plays, whom it feeds. Owned by one thread at a time.

mod outward;
mod reports;

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;

use crate::codec::Codec;
use crate::command::Connection;
use crate::counters::PortCounters;
use crate::digits::receiver::{DigitReceiver, TelephoneEvent, EVENT_SIZE};
use crate::digits::sender::DigitSender;
use crate::event::Event;
use crate::io::clock::TICKS_PER_SECOND;
use crate::io::rings::EventSender;
use crate::io::socket::{self, MTU};
use crate::player::Player;
use crate::record::recorder::Tap;
use crate::rtp::reception::{Arrival, Reception};
use crate::rtp::relay::Relay;
use crate::rtp::rtcp::Reporter;
use crate::rtp::{Outgoing, Packet, HEADER};

const NANOSECONDS_PER_SAMPLE: u64 = 125_000;

/// What a port borrows from its thread.
pub struct Lane<'a> {
    pub events: &'a mut EventSender,
    pub tick: u32,
    pub out: &'a mut [u8; MTU + HEADER],
    pub timeout_ticks: u32,
}

/// Where the packets a port hears go on to; the number is a place in the thread's table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feeds {
    Nobody,
    Itself,
    Peer(usize),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Audio(Codec),
    Digit,
    /// A payload type that was not agreed, comfort noise among them.
    Unknown,
}

impl Kind {
    fn of(packet: &Packet, event_payload: Option<u8>) -> Self {
        match Codec::from_payload(packet.payload_type) {
            Some(codec) => Self::Audio(codec),
            None if Some(packet.payload_type) == event_payload => Self::Digit,
            None => Self::Unknown,
        }
    }
}

/// A datagram and what the socket told of it.
#[derive(Clone, Copy)]
pub struct Datagram<'a> {
    pub data: &'a [u8],
    pub cut: bool,
    /// None on a socket that is tied to its source by the kernel.
    pub source: Option<SocketAddr>,
    /// Nanoseconds of the wall clock.
    pub arrival: u64,
}

pub struct Port {
    pub id: u32,
    pub number: u16,
    pub slot: usize,
    pub feeds: Feeds,
    /// Told by epoll (relaying) rather than looked at once a tick.
    pub watched: bool,
    /// More datagrams wait than one visit takes.
    pub overrun: bool,
    pub counters: Arc<PortCounters>,
    pub socket: UdpSocket,
    pub control: UdpSocket,
    connection: Option<Connection>,
    /// The one source we hear, once its first packet has come.
    latched: Option<SocketAddr>,
    /// The source before the last change of the stream; sent to until the source shows again.
    known: Option<SocketAddr>,
    /// The kernel lets nobody else through, and what it had let through before is drained.
    exclusive: bool,
    tied: bool,
    started: bool,
    timed_out: bool,
    heard_tick: u32,
    /// When more than one datagram was last found waiting.
    backlog_tick: u32,
    reception: Reception,
    digits: DigitReceiver,
    out: Outgoing,
    relay: Relay,
    player: Option<Player>,
    sender: Option<DigitSender>,
    tap: Option<Tap>,
    reporter: Reporter,
    report_tick: u32,
}

impl Port {
    pub fn open(id: u32, address: IpAddr, number: u16, tick: u32) -> io::Result<Self> {
        let voice = socket::open(address, number, true)?;
        let control = socket::open(address, number + 1, false)?;
        voice.set_nonblocking(true)?;
        control.set_nonblocking(true)?;
        Ok(Self {
            id,
            number,
            slot: 0,
            feeds: Feeds::Nobody,
            watched: false,
            overrun: false,
            counters: Arc::default(),
            socket: voice,
            control,
            connection: None,
            latched: None,
            known: None,
            exclusive: false,
            tied: false,
            started: false,
            timed_out: false,
            heard_tick: tick,
            backlog_tick: tick,
            reception: Reception::default(),
            digits: DigitReceiver::default(),
            out: Outgoing::new(socket::random(), tick),
            relay: Relay::default(),
            player: None,
            sender: None,
            tap: None,
            reporter: Reporter::default(),
            report_tick: 0,
        })
    }

    pub fn is_connected(&self) -> bool {
        self.connection.is_some()
    }

    /// Whether the sources of datagrams must be asked for.
    pub fn wants_sources(&self) -> bool {
        !self.exclusive
    }

    /// Whether a look at the socket may end with the first datagram: a peer of ours sends one a tick.
    /// Every eighth look is a thorough one, and all are while more than one had been waiting.
    pub fn expects_one(&self, tick: u32) -> bool {
        self.exclusive && tick & 7 != 0 && tick.wrapping_sub(self.backlog_tick) > TICKS_PER_SECOND
    }

    pub fn note_backlog(&mut self, waiting: usize, tick: u32) {
        if waiting > 1 {
            self.backlog_tick = tick;
        }
    }

    /// The queue was found empty after the kernel began to keep strangers out.
    pub fn drained(&mut self, tied_before: bool) {
        self.exclusive |= tied_before && self.tied;
    }

    pub fn is_tied(&self) -> bool {
        self.tied
    }

    // ---- commands ----

    pub fn connect(&mut self, mut connection: Connection, tick: u32) {
        let remote = connection.remote;
        // 0.0.0.0 or port 0: hold, in the manner of RFC 2543.
        connection.sending &= !remote.ip().is_unspecified() && remote.port() != 0;
        let before = self.connection.replace(connection);
        let peer = self.peer();
        // Signalling may move the source even where its address stays: a phone that changed its port.
        self.unlatch();
        if before.is_some_and(|b| b.remote == remote && b.symmetric == connection.symmetric) {
            self.known = peer;
        } else {
            self.known = None;
            self.started = false;
            self.report_tick = tick.wrapping_add(self.report_interval(tick));
        }
        self.heard_tick = tick;
        self.timed_out = false;
        if !connection.sending {
            self.out.interrupt();
            self.relay.desync();
        }
    }

    fn unlatch(&mut self) {
        if self.tied {
            socket::disconnect(&self.socket);
        }
        self.tied = false;
        self.exclusive = false;
        self.latched = None;
    }

    /// Where the peer really is, which may differ from what its SDP says.
    fn peer(&self) -> Option<SocketAddr> {
        self.latched.or(self.known)
    }

    pub fn play(&mut self, player: Player, lane: &mut Lane) {
        self.stop(lane);
        self.player = Some(player);
    }

    pub fn stop(&mut self, lane: &mut Lane) {
        if let Some(player) = self.player.take() {
            self.finish(&player, false, lane);
        }
    }

    fn finish(&mut self, player: &Player, completed: bool, lane: &mut Lane) {
        self.out.interrupt();
        self.relay.desync();
        lane.events.send(Event::PlaybackFinished { port: self.id, playback: player.id, completed });
    }

    pub fn send_digits(&mut self, sender: DigitSender, codes: std::collections::VecDeque<u8>) {
        self.sender.get_or_insert(sender).add(codes);
    }

    pub fn record(&mut self, tap: Option<Tap>) {
        self.tap = tap;
    }

    /// Another partner, or none: the outgoing stream will be joined anew.
    pub fn part(&mut self) {
        self.relay.desync();
        self.out.interrupt();
    }

    // ---- packets in ----

    /// Take a datagram; the packet when it is one from our peer.
    pub fn hear<'a>(&mut self, datagram: Datagram<'a>, lane: &mut Lane) -> Option<(Packet<'a>, Kind)> {
        let connection = self.connection?;
        if !connection.receiving {
            return None;
        }
        if !self.is_from_peer(datagram.source, &connection) {
            self.counters.strangers.add(1);
            return None;
        }
        let packet = match Packet::parse(datagram.data) {
            Ok(packet) if !datagram.cut => packet,
            _ => {
                self.counters.bad.add(1);
                return None;
            }
        };
        let kind = Kind::of(&packet, connection.event_payload);
        if kind == Kind::Digit && packet.payload.len() < EVENT_SIZE {
            self.counters.bad.add(1);
            return None;
        }
        if kind == Kind::Unknown {
            self.counters.unknown.add(1);
            // Not ours to play, yet no loss: its number was used. It never opens the door.
            self.latched?;
            self.reception.note(packet.ssrc, packet.sequence);
            return Some((packet, kind));
        }
        if self.latched.is_none() {
            self.latch(datagram.source?);
        }
        self.heard_tick = lane.tick;
        self.timed_out = false;
        if !self.started {
            self.started = true;
            lane.events.send(Event::RtpStarted { port: self.id });
        }
        self.count(&packet, kind, datagram);
        match kind {
            Kind::Audio(codec) => {
                if let Some(tap) = &self.tap {
                    let arrival = datagram.arrival / NANOSECONDS_PER_SAMPLE;
                    tap.hear(packet.ssrc, packet.timestamp, arrival, codec, packet.payload);
                }
            }
            Kind::Digit => self.hear_digit(&packet, lane),
            Kind::Unknown => {}
        }
        Some((packet, kind))
    }

    fn is_from_peer(&self, source: Option<SocketAddr>, connection: &Connection) -> bool {
        match (source, self.latched) {
            (None, _) => true,
            (Some(source), Some(latched)) => source == latched,
            (Some(source), None) => match self.known {
                Some(known) => source.ip() == known.ip(),
                None => connection.symmetric || source.ip() == connection.remote.ip(),
            },
        }
    }

    /// From now on this source and no other; our packets go to it (symmetric RTP, RFC 4961).
    fn latch(&mut self, source: SocketAddr) {
        self.latched = Some(source);
        // Tied by the kernel too: cheaper both ways, and a stranger finds the port closed.
        self.tied = self.socket.connect(source).is_ok();
    }

    fn count(&mut self, packet: &Packet, kind: Kind, datagram: Datagram) {
        let outcome = self.reception.note(packet.ssrc, packet.sequence);
        if kind != Kind::Digit && matches!(outcome, Arrival::InOrder | Arrival::NewSource) {
            self.reception.time(packet.timestamp, (datagram.arrival / NANOSECONDS_PER_SAMPLE) as u32);
        }
        let counters = &*self.counters;
        counters.packets_in.add(1);
        counters.bytes_in.add(datagram.data.len() as u64);
        match outcome {
            Arrival::InOrder | Arrival::NewSource => {}
            Arrival::OutOfOrder => counters.out_of_order.add(1),
            Arrival::Duplicate => counters.duplicates.add(1),
        }
        counters.lost.set(self.reception.lost());
        counters.jitter.store(self.reception.jitter_units(), Relaxed);
    }

    fn hear_digit(&mut self, packet: &Packet, lane: &mut Lane) {
        let Some(event) = TelephoneEvent::parse(packet.payload) else {
            return;
        };
        let now = f64::from(lane.tick) / f64::from(TICKS_PER_SECOND);
        if let Some(press) = self.digits.feed(packet.ssrc, packet.timestamp, event, packet.marker, now) {
            self.counters.digits_in.add(1);
            let (digit, duration) = (press.digit, press.duration);
            lane.events.send(Event::DigitPressed { port: self.id, digit, duration });
        }
    }
}
