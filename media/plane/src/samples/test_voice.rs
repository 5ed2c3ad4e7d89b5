//! A voice for tests: 110 to 150 Hz with formants, in words of a quarter of a second with pauses as long.

use std::f32::consts::TAU;

/// Seconds of it, at 8 kHz.
pub fn voice(seconds: usize) -> Vec<i16> {
    let mut phase = 0.0f32;
    let samples = (0..seconds * 8000).map(|index| {
        let t = index as f32 / 8000.0;
        phase += (130.0 + 20.0 * (t * 3.0).sin()) / 8000.0;
        let sum: f32 = (1..20)
            .map(|n| {
                let hertz = n as f32 * 130.0;
                let near = |formant: f32| 1.0 / (1.0 + ((hertz - formant) / 200.0).powi(2));
                let angle = phase * n as f32 + (n * n) as f32 * 0.1;
                (near(500.0) + 0.4 * near(1500.0)) * (angle * TAU).sin()
            })
            .sum();
        let word = ((t * 2.0 * TAU).sin() * 3.0).clamp(0.0, 1.0);
        (sum * word * 6000.0) as i16
    });
    samples.collect()
}
