//! A port's reports (RTCP): when they are due, what they say, and what the peer's tell us.

use std::net::SocketAddr;
use std::sync::atomic::Ordering::Relaxed;

use super::{Port, TRAILER};
use crate::io::clock::TICKS_PER_SECOND;
use crate::rtp::rtcp::{self, Ntp, Received, Sent, MAX_REPORT};
use crate::rtp::HEADER;

/// Five seconds between reports, give or take half (RFC 3550 s.6.2).
const REPORT_TICKS: u32 = 5 * TICKS_PER_SECOND;

impl Port {
    /// Between half and one and a half of the interval, different for each port and report.
    pub(super) fn report_interval(&self, tick: u32) -> u32 {
        let mixed = (self.out.ssrc ^ tick).wrapping_mul(0x9E37_79B1) >> 16;
        REPORT_TICKS / 2 + mixed % REPORT_TICKS
    }

    /// Percent of our packets that the peer says it misses.
    pub fn share_lost(&self) -> u8 {
        self.reporter.share_lost()
    }

    pub fn hear_report(&mut self, data: &mut [u8], source: Option<SocketAddr>) {
        let Some(connection) = self.connection else {
            return;
        };
        let peer = self.source.peer().unwrap_or(connection.remote).ip();
        if source.is_none_or(|s| s.ip() != peer) {
            self.counters.strangers.add(1);
            return;
        }
        let Ok(data) = self.shield.unprotect_report(data) else {
            self.counters.refused.add(1);
            return;
        };
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

    pub(super) fn report(&mut self, goodbye: bool, beat: u32) {
        let is_open = self.is_open();
        let Some(connection) = self.connection.filter(|c| c.sending && is_open) else {
            return;
        };
        let mut out = [0; MAX_REPORT + TRAILER];
        let packets = self.counters.packets_out.get();
        let sent = Sent {
            ssrc: self.out.ssrc,
            timestamp: self.out.present(beat),
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
        let Some(report) = out.first_chunk_mut::<MAX_REPORT>() else { return };
        let length = self.reporter.write(report, sent, received, Ntp::now(), goodbye);
        let Ok(length) = self.shield.protect_report(&mut out, length) else { return };
        let Ok(mut peer) = self.target(connection.remote) else { return };
        // Reports are advice; one that cannot be sent is not missed.
        let _ = match &self.control {
            Some(control) => {
                peer.set_port(peer.port().saturating_add(1));
                control.send_to(&out[..length], connection.reports.unwrap_or(peer))
            }
            None if self.source.is_tied() => self.socket.send(&out[..length]),
            None => self.socket.send_to(&out[..length], peer),
        };
    }

    pub fn say_goodbye(&mut self, beat: u32) {
        if self.counters.packets_out.get() > 0 {
            self.report(true, beat);
        }
    }
}
