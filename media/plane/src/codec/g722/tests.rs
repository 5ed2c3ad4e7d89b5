use std::f64::consts::TAU;

use super::*;

/// Speech-like: a buzz of 150 Hz whose harmonics come and go, up to 6 kHz.
fn speech(samples: usize) -> Vec<i16> {
    (0..samples)
        .map(|n| {
            let t = n as f64 / 16000.0;
            let loudness = 0.5 - 0.5 * (TAU * 3.0 * t).cos();
            let buzz: f64 = (1..40)
                .map(|k| (TAU * 150.0 * f64::from(k) * t + f64::from(k * k)).sin() / f64::from(k).powf(1.2))
                .sum();
            (4000.0 * loudness * buzz) as i16
        })
        .collect()
}

fn there_and_back(pcm: &[i16]) -> Vec<i16> {
    let (mut bytes, mut heard) = (vec![0; pcm.len() / 2], vec![0; pcm.len()]);
    assert_eq!(Encoder::new().encode(pcm, &mut bytes), pcm.len() / 2);
    assert_eq!(Decoder::new().decode(&bytes, &mut heard), pcm.len());
    heard
}

/// Signal to noise in dB; the two filters are 22 samples late together.
fn quality(said: &[i16], heard: &[i16]) -> f64 {
    let (mut signal, mut noise) = (0.0, 0.0);
    for (&a, &b) in said.iter().zip(&heard[22..]) {
        signal += f64::from(a).powi(2);
        noise += (f64::from(a) - f64::from(b)).powi(2);
    }
    10.0 * (signal / noise).log10()
}

#[test]
fn speech_comes_back_with_little_noise() {
    let said = speech(32000);
    let heard = quality(&said, &there_and_back(&said));
    assert!(heard > 20.0, "{heard} dB");
}

#[test]
fn the_whole_band_passes_and_nothing_else_is_lost() {
    for (frequency, least) in [(50.0, 30.0), (1000.0, 30.0), (3000.0, 25.0), (5000.0, 14.0), (7000.0, 10.0)] {
        let said: Vec<i16> =
            (0..16000).map(|n| (8000.0 * (TAU * frequency * f64::from(n) / 16000.0).sin()) as i16).collect();
        let heard = there_and_back(&said);
        let rms =
            |pcm: &[i16]| (pcm.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / pcm.len() as f64).sqrt();
        let gain = 20.0 * (rms(&heard[8000..]) / rms(&said[8000..])).log10();
        let found = quality(&said[8000..], &heard[8000..]);
        assert!(gain.abs() < 0.6, "{frequency} Hz: {gain} dB");
        assert!(found > least, "{frequency} Hz: {found} dB");
    }
}

#[test]
fn the_quietest_and_the_loudest_stay_in_bounds() {
    assert!(there_and_back(&[0; 3200]).iter().all(|s| s.abs() < 20));
    let square: Vec<i16> = (0..3200).map(|n| if n / 40 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
    assert_eq!(there_and_back(&square).len(), 3200);
}

#[test]
fn any_bytes_are_sound_of_their_length() {
    let (mut decoder, mut pcm, mut random) = (Decoder::new(), [0; 1920], 1u32);
    for _ in 0..2000 {
        let payload: Vec<u8> = (0..random % 1500)
            .map(|_| {
                random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (random >> 24) as u8
            })
            .collect();
        random = random.wrapping_add(1);
        assert_eq!(decoder.decode(&payload, &mut pcm), (2 * payload.len()).min(1920));
    }
    for byte in 0..=255 {
        assert_eq!(decoder.decode(&[byte; 900], &mut pcm), 1800);
    }
}

#[test]
fn what_does_not_fit_is_left_out() {
    assert_eq!(Encoder::new().encode(&[0; 9], &mut [0; 160]), 4);
    assert_eq!(Encoder::new().encode(&[0; 320], &mut [0; 7]), 7);
    assert_eq!(Decoder::new().decode(&[0; 160], &mut [0; 9]), 8);
}
