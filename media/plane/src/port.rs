//! One RTP port: who may send to it, what it plays, whom it feeds. Owned by one thread at a time.

use std::io;
use std::net::{IpAddr, SocketAddr, UdpSocket};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;

use crate::clock::{SAMPLES, TICKS_PER_SECOND};
use crate::command::Connection;
use crate::counters::PortCounters;
use crate::digit_receiver::{DigitReceiver, TelephoneEvent, EVENT_SIZE};
use crate::digit_sender::DigitSender;
use crate::event::Event;
use crate::g711::Codec;
use crate::player::Player;
use crate::reception::{Arrival, Reception};
use crate::recorder::Tap;
use crate::relay::Relay;
use crate::rings::EventSender;
use crate::rtcp::{self, Ntp, Received, Reporter, Sent, MAX_REPORT};
use crate::rtp::{self, Header, Outgoing, Packet, HEADER};
use crate::socket::{self, MTU};

/// Five seconds between reports, give or take half (RFC 3550 s.6.2).
const REPORT_TICKS: u32 = 5 * TICKS_PER_SECOND;
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
        if before.is_none_or(|b| b.remote != remote || b.symmetric != connection.symmetric) {
            self.unlatch();
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
        self.started = false;
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
            (Some(source), None) => connection.symmetric || source.ip() == connection.remote.ip(),
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

    // ---- packets out ----

    /// Send on what another port (or this one, for echo) heard.
    pub fn forward(&mut self, packet: &Packet, kind: Kind, lane: &mut Lane) {
        let Some(connection) = self.connection else {
            return;
        };
        if !connection.sending || self.player.is_some() || self.sender.is_some() {
            self.relay.desync();
            return;
        }
        let (payload_type, table) = match kind {
            Kind::Audio(codec) => (connection.codec.payload_type(), codec.table_to(connection.codec)),
            Kind::Digit => match connection.event_payload {
                Some(payload_type) => (payload_type, None),
                None => return self.relay.skip(packet),
            },
            Kind::Unknown => return self.relay.skip(packet),
        };
        let Some(header) = self.relay.translate(packet, payload_type, &mut self.out, lane.tick) else {
            return;
        };
        let length = rtp::write(&mut lane.out[..], header, self.out.ssrc, packet.payload);
        if let Some(table) = table {
            for byte in &mut lane.out[HEADER..length] {
                *byte = table[usize::from(*byte)];
            }
        }
        self.transmit(&lane.out[..length], &connection);
    }

    /// What is due every 20 ms: a packet of digits or sound, the watch for silence, a report.
    pub fn tick(&mut self, lane: &mut Lane) {
        let Some(connection) = self.connection else {
            return;
        };
        if self.sender.is_some() {
            self.tick_digits(&connection, lane);
        } else if self.player.is_some() {
            self.tick_player(&connection, lane);
        } else if self.feeds == Feeds::Nobody {
            self.out.interrupt();
        }
        let silence = lane.tick.wrapping_sub(self.heard_tick);
        if silence > lane.timeout_ticks && !self.timed_out && connection.receiving {
            self.timed_out = true;
            let silence = silence as f32 / TICKS_PER_SECOND as f32;
            lane.events.send(Event::RtpTimeout { port: self.id, silence });
        }
        if (lane.tick.wrapping_sub(self.report_tick) as i32) >= 0 {
            self.report_tick = lane.tick.wrapping_add(self.report_interval(lane.tick));
            self.report(false);
        }
    }

    fn tick_player(&mut self, connection: &Connection, lane: &mut Lane) {
        let Some(mut player) = self.player.take() else {
            return;
        };
        let mut scratch = [0; SAMPLES];
        if let Some(payload) = player.next(connection.codec, &mut scratch) {
            if connection.sending {
                let timestamp = self.out.timestamp_at(lane.tick);
                let header = self.out.next(connection.codec.payload_type(), timestamp);
                self.send(header, payload, connection, lane);
            }
        }
        if player.is_over() {
            self.finish(&player, true, lane);
        } else {
            self.player = Some(player);
        }
    }

    fn tick_digits(&mut self, connection: &Connection, lane: &mut Lane) {
        let Some(mut sender) = self.sender.take() else {
            return;
        };
        self.relay.desync();
        let packet = sender.next(self.out.timestamp_at(lane.tick));
        if let (Some(packet), Some(payload_type), true) =
            (packet, connection.event_payload, connection.sending)
        {
            let header = Header {
                marker: packet.marker,
                payload_type,
                sequence: self.out.next_sequence(),
                timestamp: packet.timestamp,
            };
            self.out.sent(header.sequence, header.timestamp);
            self.counters.digits_out.add(u64::from(packet.marker));
            self.send(header, &packet.payload, connection, lane);
        }
        if sender.is_done() {
            self.out.interrupt();
        } else {
            self.sender = Some(sender);
        }
    }

    fn send(&mut self, header: Header, payload: &[u8], connection: &Connection, lane: &mut Lane) {
        let length = rtp::write(&mut lane.out[..], header, self.out.ssrc, payload);
        self.transmit(&lane.out[..length], connection);
    }

    fn transmit(&self, datagram: &[u8], connection: &Connection) {
        let mut sent = self.give(datagram, connection);
        // A closed far end shows as an error on the next send, which then did not take place.
        if sent.as_ref().is_err_and(|e| e.kind() == io::ErrorKind::ConnectionRefused) {
            self.counters.send_errors.add(1);
            sent = self.give(datagram, connection);
        }
        if sent.is_ok() {
            self.counters.packets_out.add(1);
            self.counters.bytes_out.add(datagram.len() as u64);
        } else {
            self.counters.send_errors.add(1);
        }
    }

    fn give(&self, datagram: &[u8], connection: &Connection) -> io::Result<usize> {
        if self.tied {
            self.socket.send(datagram)
        } else {
            self.socket.send_to(datagram, self.latched.unwrap_or(connection.remote))
        }
    }

    // ---- reports ----

    /// Between half and one and a half of the interval, different for each port and report.
    fn report_interval(&self, tick: u32) -> u32 {
        let mixed = (self.out.ssrc ^ tick).wrapping_mul(0x9E37_79B1) >> 16;
        REPORT_TICKS / 2 + mixed % REPORT_TICKS
    }

    pub fn hear_report(&mut self, data: &[u8], source: Option<SocketAddr>) {
        let Some(connection) = self.connection else {
            return;
        };
        let peer = self.latched.unwrap_or(connection.remote).ip();
        if source.is_none_or(|s| s.ip() != peer) {
            self.counters.strangers.add(1);
            return;
        }
        let now = Ntp::now();
        let Some(told) = rtcp::parse(data, self.out.ssrc, now) else {
            self.counters.bad.add(1);
            return;
        };
        self.reporter.hear(&told, now);
        if let Some(trip) = told.round_trip {
            self.counters.round_trip.store(trip.max(1), Relaxed);
        }
        if let Some(lost) = told.lost {
            self.counters.remote_lost.set(u64::from(lost));
        }
    }

    fn report(&mut self, goodbye: bool) {
        let Some(connection) = self.connection.filter(|c| c.sending) else {
            return;
        };
        let mut out = [0; MAX_REPORT];
        let packets = self.counters.packets_out.get();
        let sent = Sent {
            ssrc: self.out.ssrc,
            timestamp: self.out.last_timestamp(),
            packets: packets as u32,
            octets: (self.counters.bytes_out.get() - packets * HEADER as u64) as u32,
        };
        let received = self.reception.has_started().then(|| Received {
            ssrc: self.reception.ssrc,
            fraction_lost: self.reception.take_fraction_lost(),
            lost: self.reception.lost().min(0x7F_FFFF) as u32,
            highest: self.reception.extended_highest(),
            jitter: self.reception.jitter_units(),
        });
        let length = self.reporter.write(&mut out, sent, received, Ntp::now(), goodbye);
        let mut peer = self.latched.unwrap_or(connection.remote);
        peer.set_port(peer.port().saturating_add(1));
        // Reports are advice; one that cannot be sent is not missed.
        let _ = self.control.send_to(&out[..length], peer);
    }

    pub fn say_goodbye(&mut self) {
        if self.counters.packets_out.get() > 0 {
            self.report(true);
        }
    }
}
