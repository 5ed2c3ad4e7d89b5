//! How loud a stream is: mean and peak of each fifth of a second, in dBov (RFC 6464 s.3: 0 is the loudest there is).

/// Frames of 20 ms in one reading.
const FRAMES: u32 = 10;
/// What silence is told as.
pub const SILENCE: f32 = -127.0;

#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Level {
    /// Root of the mean square, of a full square wave 0 dBov.
    pub rms: f32,
    pub peak: f32,
}

#[derive(Debug, Default)]
pub struct Meter {
    power: f64,
    samples: u32,
    peak: u16,
    frames: u32,
}

impl Meter {
    /// A reading after every tenth frame.
    pub fn feed(&mut self, frame: &[i16]) -> Option<Level> {
        let (power, peak) = measure(frame);
        self.power += power;
        self.peak = self.peak.max(peak);
        self.samples += frame.len() as u32;
        self.frames += 1;
        if self.frames < FRAMES {
            return None;
        }
        let Self { power, samples, peak, .. } = std::mem::take(self);
        let rms = decibels((power / f64::from(samples.max(1))).sqrt() as f32);
        Some(Level { rms, peak: decibels(f32::from(peak)) })
    }
}

/// The sum of the squares, and the largest.
pub fn measure(frame: &[i16]) -> (f64, u16) {
    let mut power = 0i64;
    let mut peak = 0;
    for &sample in frame {
        power += i64::from(sample) * i64::from(sample);
        peak = peak.max(sample.unsigned_abs());
    }
    (power as f64, peak)
}

pub fn decibels(amplitude: f32) -> f32 {
    (20.0 * (amplitude / 32768.0).log10()).max(SILENCE)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(frame: &[i16]) -> Level {
        let mut meter = Meter::default();
        (1..FRAMES).for_each(|_| assert_eq!(meter.feed(frame), None));
        meter.feed(frame).unwrap()
    }

    #[test]
    fn a_sine_is_three_decibels_below_its_peak() {
        let sine: Vec<i16> =
            (0..160).map(|i| ((i as f32 * std::f32::consts::TAU / 16.0).sin() * 3276.8) as i16).collect();
        let level = reading(&sine);
        assert!((level.peak + 20.0).abs() < 0.1 && (level.rms + 23.0).abs() < 0.1, "{level:?}");
    }

    #[test]
    fn silence_and_the_loudest_have_their_limits() {
        assert_eq!(reading(&[0; 160]), Level { rms: SILENCE, peak: SILENCE });
        assert_eq!(reading(&[]).rms, SILENCE);
        assert_eq!(reading(&[i16::MIN; 320]), Level { rms: 0.0, peak: 0.0 });
    }
}
