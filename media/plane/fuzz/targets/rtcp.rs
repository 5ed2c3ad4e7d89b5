//! Reports of strangers: compound packets, feedback, rubbish.
#![no_main]

use _plane::rtp::rtcp::{parse, Ntp, Received, Reporter, Sent, MAX_REPORT};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let mut reporter = Reporter::default();
    let now = Ntp(0x1234_5678_9ABC_DEF0);
    if let Some(told) = parse(data, 0x0101_0101, now) {
        reporter.hear(&told, now);
    }
    let sent = Sent { ssrc: 1, timestamp: 2, packets: 3, octets: 4 };
    let received = Received { ssrc: 5, fraction_lost: 6, lost: u32::MAX, highest: 7, jitter: 8 };
    let mut out = [0; MAX_REPORT];
    let length = reporter.write(&mut out, sent, Some(received), now, true);
    assert!(parse(&out[..length], 1, now).is_some());
});
