//! What each codec costs: microseconds of one core for 20 ms of speech-like sound, encoded and decoded.
//!
//! `cargo run --release --no-default-features --example codec_cost`

use std::f64::consts::TAU;
use std::hint::black_box;
use std::time::Instant;

use _plane::codec::{Codec, Decoder, Encoder, LONGEST};
use _plane::samples::resample::{Doubler, Halver};

const FRAMES: usize = 3000;

fn main() {
    println!("{:10} {:>9} {:>9}   in us for 20 ms", "", "encode", "decode");
    for codec in Codec::ALL {
        let samples = codec.sample_rate() as usize / 50;
        let sound = speech(samples * FRAMES, f64::from(codec.sample_rate()));
        let (mut encoder, mut out, mut payloads) = (Encoder::new(codec), [0; 1500], Vec::new());
        let mut lengths = Vec::with_capacity(FRAMES);
        let began = Instant::now();
        for frame in sound.chunks(samples) {
            let length = encoder.encode(frame, black_box(&mut out));
            payloads.extend_from_slice(&out[..length]);
            lengths.push(length);
        }
        let encoding = began.elapsed();
        let (mut decoder, mut pcm, mut rest) = (Decoder::new(codec), [0; LONGEST], &payloads[..]);
        let began = Instant::now();
        for length in lengths {
            let (payload, after) = rest.split_at(length);
            decoder.decode(payload, black_box(&mut pcm));
            rest = after;
        }
        let decoding = began.elapsed();
        let each = |time: std::time::Duration| time.as_secs_f64() * 1e6 / FRAMES as f64;
        println!("{:10} {:9.2} {:9.2}", format!("{codec:?}"), each(encoding), each(decoding));
    }
    let (narrow, wide) = (speech(160 * FRAMES, 8000.0), speech(320 * FRAMES, 16000.0));
    let (mut doubler, mut halver) = (Doubler::default(), Halver::default());
    let (mut up, mut down) = ([0; 320], [0; 160]);
    let began = Instant::now();
    for frame in narrow.chunks(160) {
        doubler.process(frame, black_box(&mut up));
    }
    let doubling = began.elapsed().as_secs_f64() * 1e6 / FRAMES as f64;
    let began = Instant::now();
    for frame in wide.chunks(320) {
        halver.process(frame, black_box(&mut down));
    }
    let halving = began.elapsed().as_secs_f64() * 1e6 / FRAMES as f64;
    println!("resampling: 8 to 16 kHz {doubling:.2}, 16 to 8 kHz {halving:.2}");
}

/// A buzz of 150 Hz whose harmonics come and go.
fn speech(samples: usize, rate: f64) -> Vec<i16> {
    (0..samples)
        .map(|n| {
            let t = n as f64 / rate;
            let buzz: f64 = (1..20)
                .map(|k| (TAU * 150.0 * f64::from(k) * t + f64::from(k * k)).sin() / f64::from(k))
                .sum();
            (4000.0 * (0.5 - 0.5 * (TAU * 3.0 * t).cos()) * buzz) as i16
        })
        .collect()
}
