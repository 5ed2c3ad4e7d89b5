//! What a port sends: another's packets, sound, digits. All of it is one stream with one timeline.

use std::io;

use super::{Feeds, Lane, Out, Port};
use crate::command::Connection;
use crate::event::Event;
use crate::io::clock::TICKS_PER_SECOND;
use crate::rtp::{self, Header, Kind, Packet, HEADER};
use crate::secure::srtp::Refused;

impl Port {
    /// Send on what another port (or this one, for echo) heard.
    pub fn forward(&mut self, packet: &Packet, kind: Kind, lane: &mut Lane) {
        let Some(connection) = self.connection else {
            return;
        };
        if !connection.sending || !self.is_open() || self.player.is_some() || self.keys.is_sending() {
            self.relay.desync();
            return;
        }
        let sends = connection.sends;
        let (payload_type, table) = match (kind, connection.events) {
            (Kind::Audio(codec), _) if codec == sends.codec => (sends.payload_type, None),
            (Kind::Audio(codec), _) => match codec.table_to(sends.codec) {
                Some(table) => (sends.payload_type, Some(table)),
                None => return self.relay.skip(packet),
            },
            (Kind::Digit, Some(events)) => (events.sends, None),
            _ => return self.relay.skip(packet),
        };
        let Some(header) = self.relay.translate(packet, payload_type, &mut self.out, lane.beat) else {
            return;
        };
        let length = rtp::write(&mut lane.out[..], header, self.out.ssrc, packet.payload);
        if let Some(table) = table {
            for byte in &mut lane.out[HEADER..length] {
                *byte = table[usize::from(*byte)];
            }
        }
        self.fade(&mut lane.out[HEADER..length], kind, sends.codec);
        self.transmit(lane.out, length, &connection);
    }

    /// What is due at a visit: a packet of digits or sound, the watch for silence, a report.
    pub fn tick(&mut self, lane: &mut Lane) {
        let Some(connection) = self.connection else {
            return;
        };
        self.tick_gate(lane);
        self.tick_tones(lane);
        // What there is to hear waits for who can hear it.
        if self.is_due(&connection, lane.beat) && self.is_open() {
            if self.keys.is_sending() {
                self.tick_digits(&connection, lane);
            } else if self.player.is_some() {
                self.tick_player(&connection, lane);
            } else if self.feeds == Feeds::Nobody {
                self.out.interrupt();
            }
        }
        let silence = ticks_since(self.heard_tick, lane.tick);
        self.source.silent(silence, &self.socket);
        if silence > lane.timeout_ticks && !self.timed_out && connection.receiving {
            self.timed_out = true;
            let silence = silence as f32 / TICKS_PER_SECOND as f32;
            lane.events.send(Event::RtpTimeout { port: self.id, silence });
        }
        if (lane.tick.wrapping_sub(self.report_tick) as i32) >= 0 {
            self.report_tick = lane.tick.wrapping_add(self.report_interval(lane.tick));
            self.report(false, lane.beat);
            self.taps.let_go();
        }
    }

    /// Whether it is time for a packet of our own. After a delay the beat goes on from now.
    fn is_due(&mut self, connection: &Connection, beat: u32) -> bool {
        let late = beat.wrapping_sub(self.due) as i32;
        if late < 0 {
            return false;
        }
        let next = if late as u32 >= connection.period { beat } else { self.due };
        self.due = next.wrapping_add(connection.period);
        true
    }

    pub(super) fn send(&mut self, header: Header, payload: &[u8], connection: &Connection, lane: &mut Lane) {
        let length = rtp::write(&mut lane.out[..], header, self.out.ssrc, payload);
        self.transmit(lane.out, length, connection);
    }

    /// The one way out: what is in the first octets of `out` leaves, encrypted where that was agreed.
    pub(super) fn transmit(&mut self, out: &mut Out, length: usize, connection: &Connection) {
        self.taps.send(&out[..length], connection.sends);
        let datagram = match self.shield.protect(&mut out[..], length) {
            Ok(protected) => &out[..protected],
            // A relayed peer sent a packet twice; under one key it must not leave twice.
            Err(Refused::Replayed) => return,
            Err(_) => return self.counters.send_errors.add(1),
        };
        let mut sent = self.give(datagram, connection);
        // A closed far end shows as an error on the next send, which then did not take place.
        if sent.as_ref().is_err_and(|e| e.kind() == io::ErrorKind::ConnectionRefused) {
            self.counters.send_errors.add(1);
            sent = self.give(datagram, connection);
        }
        if sent.is_ok() {
            self.counters.packets_out.add(1);
            self.counters.bytes_out.add(length as u64);
        } else {
            self.counters.send_errors.add(1);
        }
    }

    fn give(&self, datagram: &[u8], connection: &Connection) -> io::Result<usize> {
        if self.source.is_tied() {
            self.socket.send(datagram)
        } else {
            self.socket.send_to(datagram, self.target(connection.remote)?)
        }
    }
}

/// How long ago `then` was. A thread that is late obeys commands at the present beat and then makes up for older
/// ones, for which what has just happened lies ahead: that counts as now.
pub(super) fn ticks_since(then: u32, now: u32) -> u32 {
    (now.wrapping_sub(then) as i32).max(0) as u32
}

#[cfg(test)]
mod tests {
    use super::ticks_since;

    #[test]
    fn what_lies_ahead_is_now_and_the_count_may_wrap() {
        assert_eq!(ticks_since(100, 101), 1);
        assert_eq!(ticks_since(101, 100), 0);
        assert_eq!(ticks_since(u32::MAX, 1), 2);
        assert_eq!(ticks_since(1, u32::MAX), 0);
    }
}
