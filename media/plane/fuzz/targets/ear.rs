//! Any packets of any codec into the jitter buffer and the decoders: always whole frames come out.
#![no_main]

use _plane::codec::{decode_anything, Codec};
use _plane::samples::ear::{Ear, FRAME_MAX};
use _plane::samples::jitter::{Content, Incoming};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    decode_anything(data);
    let Some((&choice, mut rest)) = data.split_first() else { return };
    let (mut ear, mut now, mut frame) = (Ear::new(codec(choice)), 0, [0; FRAME_MAX]);
    while let Some((head, after)) = rest.split_first_chunk::<6>() {
        let [ssrc, sequence, timestamp, kind, wait, length] = *head;
        let (payload, next) = after.split_at(usize::from(length).min(after.len()));
        rest = next;
        let content = if kind % 8 == 7 { Content::Noise } else { Content::Sound(codec(kind)) };
        let packet = Incoming {
            ssrc: u32::from(ssrc & 1),
            sequence: u16::from(sequence) << (kind >> 5),
            timestamp: u32::from(timestamp) << (kind >> 4),
            marker: ssrc & 2 != 0,
            content,
            payload,
        };
        ear.take(&packet, now);
        now += u64::from(wait);
        if wait > 10 {
            let heard = ear.pull(&mut frame, now);
            assert!(heard.samples() == 160 || heard.samples() == 320);
        }
    }
});

fn codec(choice: u8) -> Codec {
    Codec::ALL[usize::from(choice) % Codec::ALL.len()]
}
