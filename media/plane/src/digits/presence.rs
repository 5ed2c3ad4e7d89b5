//! Whether a stretch of sound may hold a key's tones (ITU-T Q.23): a hasty look for those who hide them, no receiver.

const LOW: [f32; 4] = [697.0, 770.0, 852.0, 941.0];
const HIGH: [f32; 4] = [1209.0, 1336.0, 1477.0, 1633.0];
/// Mean square below which a frame is as good as silent (about -50 dBm0).
const SILENCE: f32 = 2500.0;

/// Whether one tone of each group makes up most of a frame: rather too often than once too seldom.
pub fn holds_tones(frame: &[i16], rate: u32) -> bool {
    let count = frame.len().max(1) as f32;
    let energy: f32 = frame.iter().map(|&s| f32::from(s) * f32::from(s)).sum::<f32>() / count;
    let strongest = |group: [f32; 4]| {
        group.into_iter().map(|each| power(frame, each / rate as f32)).fold(0.0, f32::max) / (count * count)
    };
    let (low, high) = (2.0 * strongest(LOW), 2.0 * strongest(HIGH));
    energy > SILENCE && low > 0.02 * energy && high > 0.02 * energy && low + high > 0.4 * energy
}

/// The squared size of one frequency in a frame (Goertzel), `turn` in turns a sample.
fn power(frame: &[i16], turn: f32) -> f32 {
    let factor = 2.0 * (std::f32::consts::TAU * turn).cos();
    let (mut one, mut two) = (0.0f32, 0.0f32);
    for &sample in frame {
        (one, two) = (f32::from(sample) + factor * one - two, one);
    }
    one * one + two * two - factor * one * two
}

#[cfg(test)]
pub mod tests {
    use super::*;

    pub fn tones(rate: u32, frequencies: &[f32], level: f32) -> Vec<i16> {
        let turn = |f: &f32, i: usize| (std::f32::consts::TAU * f * i as f32 / rate as f32).sin();
        let sample = |i| frequencies.iter().map(|f| turn(f, i) * level).sum::<f32>() as i16;
        (0..rate as usize / 50).map(sample).collect()
    }

    #[test]
    fn all_keys_are_seen_at_both_rates_and_a_voice_is_not() {
        for rate in [8000, 16_000] {
            for (low, high) in LOW.into_iter().flat_map(|low| HIGH.map(|high| (low, high))) {
                assert!(holds_tones(&tones(rate, &[low, high], 3000.0), rate), "{low} {high}");
                assert!(holds_tones(&tones(rate, &[low * 1.015, high * 0.985], 200.0), rate));
            }
            assert!(!holds_tones(&tones(rate, &[440.0], 3000.0), rate));
            assert!(!holds_tones(&tones(rate, &[200.0, 400.0, 600.0, 800.0, 1000.0], 3000.0), rate));
            assert!(!holds_tones(&tones(rate, &[], 0.0), rate));
        }
        assert!(!holds_tones(&[], 8000));
    }
}
