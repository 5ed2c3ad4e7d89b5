//! What a port has counted: written by its thread alone, read by anybody at any time.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use crate::samples::level::SILENCE;

/// A counter with one writer: no locked instruction on the packet path.
#[derive(Debug, Default)]
pub struct Counter(AtomicU64);

impl Counter {
    pub fn add(&self, amount: u64) {
        self.0.store(self.0.load(Relaxed).wrapping_add(amount), Relaxed);
    }

    pub fn set(&self, value: u64) {
        self.0.store(value, Relaxed);
    }

    pub fn get(&self) -> u64 {
        self.0.load(Relaxed)
    }
}

/// What listening to a port has shown so far.
#[derive(Debug, Default)]
pub struct Listened {
    /// Ticks in which the far end, our side, both or neither talked.
    pub far: Counter,
    pub near: Counter,
    pub both: Counter,
    pub none: Counter,
    /// Packets that came too late to be heard, or could not wait; ticks in which sound was made up.
    pub late: Counter,
    pub concealed: Counter,
    /// Milliseconds that sound waits for late packets.
    pub wait: AtomicU32,
    pub level: Loudness,
    pub peak: Loudness,
}

/// dBov, as the bits of an f32; silence until it is measured.
#[derive(Debug)]
pub struct Loudness(AtomicU32);

impl Default for Loudness {
    fn default() -> Self {
        Self(AtomicU32::new(SILENCE.to_bits()))
    }
}

impl Loudness {
    pub fn set(&self, level: f32) {
        self.0.store(level.to_bits(), Relaxed);
    }

    pub fn get(&self) -> f32 {
        f32::from_bits(self.0.load(Relaxed))
    }
}

#[derive(Debug, Default)]
pub struct PortCounters {
    pub packets_in: Counter,
    pub bytes_in: Counter,
    pub packets_out: Counter,
    pub bytes_out: Counter,
    pub lost: Counter,
    pub out_of_order: Counter,
    pub duplicates: Counter,
    pub bad: Counter,
    pub strangers: Counter,
    pub unknown: Counter,
    pub refused: Counter,
    pub digits_in: Counter,
    pub digits_out: Counter,
    pub send_errors: Counter,
    pub remote_lost: Counter,
    /// Microseconds.
    pub jitter: AtomicU32,
    /// 1/65536 s; 0 is unknown.
    pub round_trip: AtomicU32,
    pub listened: Listened,
}

/// What all ports of the plane have done, closed ones included.
#[derive(Debug, Default)]
pub struct Totals {
    pub opened: AtomicU64,
    pub closed: AtomicU64,
    pub packets_in: AtomicU64,
    pub bytes_in: AtomicU64,
    pub packets_out: AtomicU64,
    pub bytes_out: AtomicU64,
    pub dropped: AtomicU64,
}

impl Totals {
    pub fn add(&self, port: &PortCounters) {
        self.packets_in.fetch_add(port.packets_in.get(), Relaxed);
        self.bytes_in.fetch_add(port.bytes_in.get(), Relaxed);
        self.packets_out.fetch_add(port.packets_out.get(), Relaxed);
        self.bytes_out.fetch_add(port.bytes_out.get(), Relaxed);
        let dropped = [&port.bad, &port.strangers, &port.unknown, &port.refused, &port.send_errors];
        self.dropped.fetch_add(dropped.iter().map(|c| c.get()).sum(), Relaxed);
        self.closed.fetch_add(1, Relaxed);
    }
}
