//! What a port has counted: written by its thread alone, read by anybody at any time.

use std::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

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
    /// Timestamp units (1/8000 s).
    pub jitter: AtomicU32,
    /// 1/65536 s; 0 is unknown.
    pub round_trip: AtomicU32,
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
