//! What a port hears: each datagram judged by its source, parsed, counted, and shown to those who listen.

use std::net::SocketAddr;
use std::sync::atomic::Ordering::Relaxed;

use super::outward::ticks_since;
use super::source::Standing;
use super::{Lane, Port};
use crate::digits::receiver::EVENT_SIZE;
use crate::event::Event;
use crate::record::tap::Sound;
use crate::rtp::reception::Arrival;
use crate::rtp::{is_rtcp, Kind, Packet};

/// A datagram and what the socket told of it.
pub struct Datagram<'a> {
    /// SRTP is decrypted in place.
    pub data: &'a mut [u8],
    pub cut: bool,
    /// None on a socket that is tied to its source by the kernel.
    pub source: Option<SocketAddr>,
    /// Nanoseconds of the wall clock.
    pub arrival: u64,
}

impl Port {
    /// Take a datagram; the packet when it is one from our peer.
    pub fn hear<'a>(&mut self, datagram: Datagram<'a>, lane: &mut Lane) -> Option<(Packet<'a>, Kind)> {
        let connection = self.connection?;
        if self.gate.is_some() && !self.passes_gate(datagram.data, datagram.source, lane) {
            return None;
        }
        if connection.mux && is_rtcp(datagram.data) {
            self.hear_report(datagram.data, datagram.source.or(self.source.peer()));
            return None;
        }
        if !connection.receiving {
            return None;
        }
        let silent = ticks_since(self.heard_tick, lane.tick);
        let standing = match &self.gate {
            Some(_) => Standing::Peer,
            None => self.source.standing(datagram.source, &connection, silent, lane.tick),
        };
        if standing == Standing::Stranger {
            self.counters.strangers.add(1);
            return None;
        }
        let Datagram { data, cut, source, arrival } = datagram;
        let Ok(data) = self.shield.unprotect(data) else {
            self.counters.refused.add(1);
            return None;
        };
        if let Some(gate) = &mut self.gate {
            gate.heard(lane.tick);
        }
        let packet = match Packet::parse(data) {
            Ok(packet) if !cut => packet,
            _ => {
                self.counters.bad.add(1);
                return None;
            }
        };
        let kind = connection.accepts.kind_of(packet.payload_type);
        if kind == Kind::Digit && packet.payload.len() < EVENT_SIZE {
            self.counters.bad.add(1);
            return None;
        }
        if kind == Kind::Unknown {
            self.counters.unknown.add(1);
            // Not ours to play, yet no loss: its number was used. It never opens the door.
            if standing == Standing::Peer && self.source.is_latched() {
                self.reception.note(packet.ssrc, packet.sequence);
                return Some((packet, kind));
            }
            return None;
        }
        match standing {
            Standing::Peer => self.source.tie(&connection, lane.tick, &self.socket),
            Standing::First => self.source.latch(source?, &connection, lane.tick, &self.socket),
            Standing::Candidate => {
                let source = source?;
                if !self.source.runs(source, packet.ssrc, packet.sequence) {
                    self.counters.strangers.add(1);
                    return None;
                }
                self.source.latch(source, &connection, lane.tick, &self.socket);
            }
            Standing::Stranger => return None,
        }
        self.heard_tick = lane.tick;
        self.timed_out = false;
        if !self.started {
            self.started = true;
            lane.events.send(Event::RtpStarted { port: self.id });
        }
        self.count(&packet, kind, data.len(), arrival);
        if let Some(hearing) = &mut self.hearing {
            hearing.take(&packet, kind, lane.now_ms);
        }
        match kind {
            Kind::Audio(codec) => {
                self.hear_tones(&packet, codec, lane.now_ms);
                self.taps.hear(&Sound::of(&packet, codec), arrival);
            }
            Kind::Digit => self.hear_digit(&packet, lane),
            Kind::Noise | Kind::Unknown => {}
        }
        Some((packet, kind))
    }

    fn count(&mut self, packet: &Packet, kind: Kind, length: usize, arrival: u64) {
        let outcome = self.reception.note(packet.ssrc, packet.sequence);
        let counters = &*self.counters;
        if let (Kind::Audio(codec), Arrival::InOrder | Arrival::NewSource) = (kind, outcome) {
            let clock = codec.rtp_clock();
            self.reception.time(packet.timestamp, in_units(arrival, clock) as u32);
            counters.jitter.store(self.reception.jitter_units() * 1000 / (clock / 1000), Relaxed);
        }
        counters.packets_in.add(1);
        counters.bytes_in.add(length as u64);
        match outcome {
            Arrival::InOrder | Arrival::NewSource => {}
            Arrival::OutOfOrder => counters.out_of_order.add(1),
            Arrival::Duplicate => counters.duplicates.add(1),
        }
        counters.lost.set(self.reception.lost());
    }
}

/// A moment of the wall clock in timestamp units.
fn in_units(nanoseconds: u64, clock: u32) -> u64 {
    (nanoseconds / 1000).wrapping_mul(u64::from(clock / 1000)) / 1000
}

#[cfg(test)]
mod tests {
    use super::in_units;

    #[test]
    fn moments_are_counted_in_the_codecs_own_units() {
        assert_eq!((in_units(20_000_000, 8000), in_units(20_000_000, 48_000)), (160, 960));
    }
}
