//! What we know of a stream we receive (RFC 3550 A.1, A.3, A.8): loss, order, duplicates, jitter.

/// A step in sequence beyond this is a restart of the sender, not loss (RFC 3550 A.1 MAX_DROPOUT).
const MAX_DROPOUT: u16 = 3000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Arrival {
    InOrder,
    OutOfOrder,
    Duplicate,
    /// A new source or a restart of the old one; the packet is its first.
    NewSource,
}

#[derive(Debug, Default)]
pub struct Reception {
    started: bool,
    pub ssrc: u32,
    highest: u32,
    base: u32,
    /// Bit n: the packet n before the highest has come.
    window: u64,
    received: u32,
    /// Losses of earlier sources of this port.
    lost_before: u64,
    transit: u32,
    /// RFC 3550 A.8, in timestamp units times 16.
    jitter: u32,
    expected_prior: u32,
    received_prior: u32,
}

impl Reception {
    /// Note how far a packet's arrival strays from its timestamp, both in timestamp units (RFC 3550 A.8).
    /// Not for telephone events: their timestamp stands still.
    pub fn time(&mut self, timestamp: u32, arrival: u32) {
        let transit = arrival.wrapping_sub(timestamp);
        let difference = (transit.wrapping_sub(self.transit) as i32).unsigned_abs();
        // A jump (the first packet, a new source, a talk-spurt of another origin) is not jitter.
        if difference < 8000 {
            self.jitter = (self.jitter + difference).saturating_sub((self.jitter + 8) >> 4);
        }
        self.transit = transit;
    }

    /// Note one packet's place in the sequence.
    pub fn note(&mut self, ssrc: u32, sequence: u16) -> Arrival {
        if !self.started || ssrc != self.ssrc {
            return self.restart(ssrc, sequence);
        }
        let step = sequence.wrapping_sub(self.highest as u16);
        if step == 0 {
            return Arrival::Duplicate;
        }
        if step < MAX_DROPOUT {
            self.highest = self.highest.wrapping_add(u32::from(step));
            self.window = if step >= 64 { 1 } else { (self.window << step) | 1 };
            self.received += 1;
            return Arrival::InOrder;
        }
        let back = step.wrapping_neg();
        if back < 64 {
            let bit = 1u64 << back;
            if self.window & bit != 0 {
                return Arrival::Duplicate;
            }
            self.window |= bit;
            self.received += 1;
            // One from before the first we saw was never counted as expected.
            let number = self.highest.wrapping_sub(u32::from(back));
            if (number.wrapping_sub(self.base) as i32) < 0 {
                self.base = number;
            }
            return Arrival::OutOfOrder;
        }
        self.restart(ssrc, sequence)
    }

    fn restart(&mut self, ssrc: u32, sequence: u16) -> Arrival {
        self.lost_before = self.lost();
        self.started = true;
        self.ssrc = ssrc;
        // One cycle up, so that a packet from before the first cannot pass below zero.
        self.highest = 0x1_0000 + u32::from(sequence);
        self.base = self.highest;
        self.window = 1;
        self.received = 1;
        self.expected_prior = 0;
        self.received_prior = 0;
        Arrival::NewSource
    }

    fn expected(&self) -> u32 {
        if self.started {
            self.highest.wrapping_sub(self.base).wrapping_add(1)
        } else {
            0
        }
    }

    /// Packets that never came, over all sources of this port.
    pub fn lost(&self) -> u64 {
        self.lost_before + u64::from(self.expected().saturating_sub(self.received))
    }

    pub fn jitter_units(&self) -> u32 {
        self.jitter >> 4
    }

    pub fn has_started(&self) -> bool {
        self.started
    }

    pub fn extended_highest(&self) -> u32 {
        self.highest.wrapping_sub(0x1_0000)
    }

    /// Lost since the last report, in 1/256 (RFC 3550 A.3).
    pub fn take_fraction_lost(&mut self) -> u8 {
        let expected = self.expected();
        let due = expected.wrapping_sub(self.expected_prior);
        let came = self.received.wrapping_sub(self.received_prior);
        self.expected_prior = expected;
        self.received_prior = self.received;
        if due == 0 || came >= due {
            return 0;
        }
        ((u64::from(due - came) << 8) / u64::from(due)).min(255) as u8
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn feed(reception: &mut Reception, sequences: &[u16]) -> Vec<Arrival> {
        sequences.iter().map(|&s| reception.note(1, s)).collect()
    }

    #[test]
    fn loss_order_and_duplicates_over_the_wrap() {
        let mut reception = Reception::default();
        let seen = feed(&mut reception, &[65533, 65534, 1, 65535, 65535, 3]);
        use Arrival::*;
        assert_eq!(seen, [NewSource, InOrder, InOrder, OutOfOrder, Duplicate, InOrder]);
        assert_eq!(reception.lost(), 2);
    }

    #[test]
    fn a_new_source_keeps_the_old_losses() {
        let mut reception = Reception::default();
        feed(&mut reception, &[1, 3]);
        assert_eq!(reception.note(2, 500), Arrival::NewSource);
        assert_eq!(reception.lost(), 1);
    }

    #[test]
    fn jitter_follows_rfc_3550() {
        let mut reception = Reception::default();
        for number in 0..2000u16 {
            let late = if number % 2 == 0 { 0 } else { 80 };
            reception.time(u32::from(number) * 160, u32::from(number) * 160 + late);
        }
        // Each step differs by 80 units: the estimate settles there.
        assert!((75..=85).contains(&reception.jitter_units()), "{}", reception.jitter_units());
    }

    #[test]
    fn the_fraction_lost_is_of_the_last_interval() {
        let mut reception = Reception::default();
        feed(&mut reception, &[0, 1, 2, 3]);
        assert_eq!(reception.take_fraction_lost(), 0);
        feed(&mut reception, &[5, 7]);
        assert_eq!(reception.take_fraction_lost(), 128);
        assert_eq!(reception.take_fraction_lost(), 0);
    }

    #[test]
    fn a_packet_from_before_the_first_is_no_negative_loss() {
        let mut reception = Reception::default();
        feed(&mut reception, &[10, 9, 7]);
        assert_eq!(reception.lost(), 1);
    }
}
