//! A port as the member of a room: what it lets out, what it is given to say, and what is hidden of it.

use super::{Lane, Port};
use crate::codec::Codec;
use crate::digits::receiver::TelephoneEvent;
use crate::rtp::{Header, Kind, Packet};
use crate::samples::fade::Fade;
use crate::samples::room::Stream;

/// An event of another's that is sent on under a timestamp of ours.
#[derive(Clone, Copy, Debug)]
struct Told {
    ssrc: u32,
    timestamp: u32,
    ours: u32,
}

#[derive(Debug, Default)]
pub(super) struct Membership {
    /// What the far end sent last.
    speaks: Option<Codec>,
    fade: Option<Fade>,
    told: Option<Told>,
    /// Whether a soft sound stands for each key of a secure span, and whether one is due.
    blips: bool,
    hidden_key: bool,
}

impl Port {
    /// How the stream runs, as far as a room must know.
    pub fn stream(&self) -> Stream {
        let hears = self.connection.map_or(Codec::Pcmu, |connection| connection.sends.codec);
        Stream {
            hears,
            packet_ms: self.connection.map_or(20, |connection| connection.period * 2),
            speaks: self.membership.speaks.unwrap_or(hears),
            secured: self.span.is_closed(),
        }
    }

    /// Take note of what the far end sends; true when it is something else than before.
    pub fn note_codec(&mut self, kind: Kind) -> bool {
        let Kind::Audio(codec) = kind else { return false };
        let before = self.membership.speaks.replace(codec);
        before != Some(codec)
    }

    // ---- the secure span ----

    pub fn hide(&mut self, on: bool, blips: bool, tick: u32) {
        self.span.set(on, tick);
        self.membership.blips = blips;
        self.membership.hidden_key = false;
    }

    pub fn ends_secure_span(&mut self, tick: u32) -> bool {
        self.span.ends(tick)
    }

    /// Whether a packet may be heard by others as it is.
    pub fn lets_pass(&mut self, packet: &Packet, kind: Kind, tick: u32) -> bool {
        if kind == Kind::Digit {
            let event = TelephoneEvent::parse(packet.payload);
            return event.is_some_and(|e| self.span.heard_event(packet.ssrc, packet.timestamp, e.end, tick));
        }
        self.span.heard(packet.ssrc, packet.timestamp);
        !self.span.is_closed()
    }

    /// A frame of what is heard here: a key that is down keeps the secure span from ending.
    pub fn look_at(&mut self, frame: &[i16], rate: u32, tick: u32) {
        self.span.heard_frame(frame, rate, tick);
    }

    pub(super) fn note_key(&mut self) {
        self.membership.hidden_key = self.membership.blips && self.span.is_closed();
    }

    /// Whether a key was pressed for which others shall hear a soft sound.
    pub fn take_hidden_key(&mut self) -> bool {
        std::mem::take(&mut self.membership.hidden_key)
    }

    // ---- what it is given to say ----

    /// Whether it is free to say what a room gives: not while it plays, sends digits or is not to send at all.
    pub fn may_say(&self) -> bool {
        let is_sending = self.is_open() && self.connection.is_some_and(|c| c.sending);
        is_sending && self.player.is_none() && !self.keys.is_sending()
    }

    /// Send a payload of a room's mix.
    pub fn say(&mut self, payload: &[u8], lane: &mut Lane) {
        if let Some(connection) = self.connection {
            let timestamp = self.out.timestamp_at(lane.beat);
            let header = self.out.next(connection.sends.payload_type, timestamp);
            self.send(header, payload, &connection, lane);
        }
    }

    pub fn event_clock(&self) -> u32 {
        self.connection.and_then(|connection| connection.events).map_or(8000, |events| events.clock)
    }

    /// Send on an event of another, beside the sound of our own making. `clock` is that of the other's events.
    pub fn tell_event(&mut self, packet: &Packet, clock: u32, lane: &mut Lane) {
        let Some(connection) = self.connection.filter(|_| self.may_say()) else { return };
        let (Some(events), Some(mut event)) = (connection.events, TelephoneEvent::parse(packet.payload))
        else {
            return;
        };
        let known = self.membership.told.filter(|told| told.ssrc == packet.ssrc);
        let age = known.map(|told| packet.timestamp.wrapping_sub(told.timestamp) as i32);
        let (ours, marker) = match (known, age) {
            (Some(_), Some(..=-1)) => return, // late, of an event before this one
            (Some(told), Some(0)) => (told.ours, false),
            _ => (self.out.timestamp_at(lane.beat), true),
        };
        self.membership.told = Some(Told { ssrc: packet.ssrc, timestamp: packet.timestamp, ours });
        let duration = u64::from(event.duration) * u64::from(events.clock) / u64::from(clock.max(1));
        event.duration = duration.min(0xFFFF) as u16;
        let sequence = self.out.next_sequence();
        let header = Header { marker, payload_type: events.sends, sequence, timestamp: ours };
        self.out.sent(sequence, ours);
        self.send(header, &event.bytes(), &connection, lane);
    }

    // ---- from packets to a mix and back ----

    pub fn fade_next(&mut self, fade: Fade) {
        self.membership.fade = Some(fade);
    }

    pub(super) fn fade(&mut self, payload: &mut [u8], kind: Kind, codec: Codec) {
        if let (Kind::Audio(_), Some(fade)) = (kind, self.membership.fade) {
            fade.apply(payload, codec);
            self.membership.fade = None;
        }
    }
}
