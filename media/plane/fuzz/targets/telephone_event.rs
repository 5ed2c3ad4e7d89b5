//! Telephone events in any order and shape: no key is told twice for one event, none out of nothing.
#![no_main]

use _plane::digits::receiver::{DigitReceiver, TelephoneEvent};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (mut receiver, mut now, mut told) = (DigitReceiver::default(), 0.0, 0);
    for event in data.chunks_exact(9) {
        let [ssrc, t0, t1, marker, later, a, b, c, d] = *event else { continue };
        let timestamp = u32::from_be_bytes([t0, t1, 0, 0]);
        now += f64::from(later) / 50.0;
        let Some(event) = TelephoneEvent::parse(&[a, b, c, d]) else { continue };
        told += usize::from(receiver.feed(u32::from(ssrc), timestamp, event, marker & 1 == 1, now).is_some());
    }
    assert!(told <= data.len() / 9);
});
