//! Telephone events in any order and shape: no key is told twice for one event, none out of nothing.
#![no_main]

use _plane::digits::receiver::{Carried, DigitReceiver, TelephoneEvent};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (mut receiver, mut now, mut told) = (DigitReceiver::default(), 0.0, 0);
    for packet in data.chunks_exact(11) {
        let [ssrc, s0, s1, t0, t1, flags, later, a, b, c, d] = *packet else { continue };
        now += f64::from(later) / 50.0;
        let Some(event) = TelephoneEvent::parse(&[a, b, c, d]) else { continue };
        let carried = Carried {
            ssrc: u32::from(ssrc),
            sequence: u16::from_be_bytes([s0, s1]),
            timestamp: u32::from_be_bytes([t0, t1, 0, 0]),
            marker: flags & 1 == 1,
            event,
        };
        let clock = if flags & 2 == 2 { 48_000 } else { 8000 };
        told += usize::from(receiver.feed(carried, clock, now).is_some());
    }
    assert!(told <= data.len() / 11);
});
