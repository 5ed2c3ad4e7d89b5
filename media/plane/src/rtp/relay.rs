//! One direction of a bridge: another stream's packets renumbered into ours, its losses and jitter left visible.

use super::{Header, Outgoing, Packet};

#[derive(Debug, Default)]
pub struct Relay {
    synced: bool,
    ssrc: u32,
    sequence_offset: u16,
    timestamp_offset: u32,
    first: u16,
    newest: u16,
}

impl Relay {
    /// The stream was interrupted (playback, hold, another partner): join anew at the next packet.
    pub fn desync(&mut self) {
        self.synced = false;
    }

    /// The header under which `packet` leaves; None for one from before we joined.
    pub fn translate(
        &mut self,
        packet: &Packet,
        payload_type: u8,
        out: &mut Outgoing,
        beat: u32,
    ) -> Option<Header> {
        let joins = !self.synced || self.ssrc != packet.ssrc || self.has_jumped(packet.sequence);
        if joins {
            self.join(packet, out, beat);
        } else if (packet.sequence.wrapping_sub(self.first) as i16) < 0 && self.is_young() {
            return None;
        }
        if (packet.sequence.wrapping_sub(self.newest) as i16) > 0 {
            self.newest = packet.sequence;
            // Keep `first` within reach of 16-bit comparison on long calls.
            if !self.is_young() {
                self.first = self.newest.wrapping_sub(0x3000);
            }
        }
        let header = Header {
            marker: packet.marker || joins,
            payload_type,
            sequence: packet.sequence.wrapping_add(self.sequence_offset),
            timestamp: packet.timestamp.wrapping_add(self.timestamp_offset),
        };
        out.sent(header.sequence, header.timestamp);
        Some(header)
    }

    /// A packet is not passed on: close the hole it would leave, unless it came late.
    pub fn skip(&mut self, packet: &Packet) {
        if self.synced && self.ssrc == packet.ssrc && packet.sequence == self.newest.wrapping_add(1) {
            self.sequence_offset = self.sequence_offset.wrapping_sub(1);
            self.newest = packet.sequence;
        }
    }

    fn join(&mut self, packet: &Packet, out: &mut Outgoing, beat: u32) {
        self.synced = true;
        self.ssrc = packet.ssrc;
        self.first = packet.sequence;
        self.newest = packet.sequence;
        self.sequence_offset = out.next_sequence().wrapping_sub(packet.sequence);
        self.timestamp_offset = out.timestamp_at(beat).wrapping_sub(packet.timestamp);
    }

    fn is_young(&self) -> bool {
        self.newest.wrapping_sub(self.first) < 0x3000
    }

    fn has_jumped(&self, sequence: u16) -> bool {
        let step = sequence.wrapping_sub(self.newest) as i16;
        !(-3000..3000).contains(&step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn packet(ssrc: u32, sequence: u16, timestamp: u32) -> Packet<'static> {
        Packet { marker: false, payload_type: 0, sequence, timestamp, ssrc, payload: b"" }
    }

    #[test]
    fn losses_and_order_stay_visible() {
        let (mut relay, mut out) = (Relay::default(), Outgoing::new([1; 10], 0));
        let first = relay.translate(&packet(1, 65535, 0), 0, &mut out, 0).unwrap();
        let third = relay.translate(&packet(1, 1, 320), 0, &mut out, 20).unwrap();
        let second = relay.translate(&packet(1, 0, 160), 0, &mut out, 20).unwrap();
        assert!(first.marker && !third.marker);
        assert_eq!(third.sequence, first.sequence.wrapping_add(2));
        assert_eq!(second.timestamp, first.timestamp + 160);
        assert_eq!(out.next_sequence(), third.sequence.wrapping_add(1));
    }

    #[test]
    fn a_new_source_goes_on_from_ours() {
        let (mut relay, mut out) = (Relay::default(), Outgoing::new([1; 10], 0));
        let first = relay.translate(&packet(1, 5, 0), 0, &mut out, 0).unwrap();
        let other = relay.translate(&packet(2, 900, 77), 0, &mut out, 50).unwrap();
        assert!(other.marker);
        assert_eq!(other.sequence, first.sequence.wrapping_add(1));
        assert_eq!(other.timestamp, first.timestamp + 800);
    }

    #[test]
    fn packets_from_before_we_joined_are_not_passed() {
        let (mut relay, mut out) = (Relay::default(), Outgoing::new([1; 10], 0));
        relay.translate(&packet(1, 5, 800), 0, &mut out, 0).unwrap();
        assert_eq!(relay.translate(&packet(1, 4, 640), 0, &mut out, 0), None);
    }

    #[test]
    fn a_long_call_wraps_many_times() {
        let (mut relay, mut out) = (Relay::default(), Outgoing::new([1; 10], 0));
        let mut expected = None;
        for number in 0..200_000u32 {
            let header =
                relay.translate(&packet(1, number as u16, number * 160), 0, &mut out, number * 10).unwrap();
            assert!(expected.is_none_or(|e| e == header.sequence));
            expected = Some(header.sequence.wrapping_add(1));
        }
    }

    #[test]
    fn what_is_not_passed_leaves_no_hole() {
        let (mut relay, mut out) = (Relay::default(), Outgoing::new([1; 10], 0));
        let first = relay.translate(&packet(1, 5, 0), 0, &mut out, 0).unwrap();
        relay.skip(&packet(1, 6, 160));
        let next = relay.translate(&packet(1, 7, 320), 0, &mut out, 20).unwrap();
        assert_eq!(next.sequence, first.sequence.wrapping_add(1));
    }
}
