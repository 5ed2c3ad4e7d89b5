//! Comfort noise (RFC 3389): the far end is silent and tells how its room sounds, as a level and a spectrum.

/// Coefficients of the spectrum that are used; a longer description is cut (RFC 3389 section 3).
const ORDER: usize = 12;
/// Full level in the sense of dBov: the root mean square of the loudest square wave.
const OVERLOAD: f32 = 32768.0;
/// Until the first description comes: a quiet line.
const FIRST_LEVEL: u8 = 70;

/// Generator of noise by the last description received.
#[derive(Clone, Debug)]
pub struct ComfortNoise {
    /// Reflection coefficients of the all-pole filter, each within (-1, 1).
    reflections: [f32; ORDER],
    order: usize,
    /// Backward errors of the lattice.
    delays: [f32; ORDER + 1],
    /// Amplitude of the excitation, gliding towards its aim so that a new description does not click.
    amplitude: f32,
    aim: f32,
    glide: f32,
    random: u32,
}

impl ComfortNoise {
    pub fn new(sample_rate: u32) -> Self {
        let mut noise = Self {
            reflections: [0.0; ORDER],
            order: 0,
            delays: [0.0; ORDER + 1],
            amplitude: 0.0,
            aim: 0.0,
            // 10 ms to come near.
            glide: 100.0 / sample_rate.max(1000) as f32,
            random: 0x2545_F491,
        };
        noise.describe(&[FIRST_LEVEL]);
        noise.amplitude = noise.aim;
        noise
    }

    /// Take a payload in: the level in -dBov, then coefficients. False, and nothing changed, for an empty one.
    pub fn describe(&mut self, payload: &[u8]) -> bool {
        let Some((&level, coefficients)) = payload.split_first() else {
            return false;
        };
        self.order = coefficients.len().min(ORDER);
        // White noise of power 1 leaves the filter with 1 / product(1 - k^2): the excitation is so much less.
        let mut loss = 1.0;
        for (slot, &code) in self.reflections.iter_mut().zip(coefficients) {
            // 255 is reserved; 127 is none.
            *slot = (f32::from(code.min(254)) - 127.0) * 258.0 / 32768.0;
            loss *= 1.0 - *slot * *slot;
        }
        self.delays[self.order..].fill(0.0);
        let level = OVERLOAD * 10f32.powf(-f32::from(level & 0x7F) / 20.0);
        self.aim = level * loss.sqrt();
        true
    }

    pub fn fill(&mut self, pcm: &mut [i16]) {
        for slot in pcm {
            self.amplitude += (self.aim - self.amplitude) * self.glide;
            let mut forward = self.white() * self.amplitude;
            for stage in (0..self.order).rev() {
                forward -= self.reflections[stage] * self.delays[stage];
                self.delays[stage + 1] = self.delays[stage] + self.reflections[stage] * forward;
            }
            self.delays[0] = forward;
            *slot = forward.round() as i16;
        }
    }

    /// White noise of power 1: the sum of two even spreads is near enough to a bell.
    fn white(&mut self) -> f32 {
        let mut sum = 0.0;
        for _ in 0..2 {
            self.random ^= self.random << 13;
            self.random ^= self.random >> 17;
            self.random ^= self.random << 5;
            sum += (self.random >> 8) as f32 / 8_388_608.0 - 1.0;
        }
        // Each spread over (-1, 1) has the power 1/3.
        sum * 1.224_745
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(payload: &[u8]) -> Vec<i16> {
        let mut noise = ComfortNoise::new(8000);
        assert!(noise.describe(payload));
        let mut pcm = vec![0; 48000];
        noise.fill(&mut pcm);
        pcm.split_off(8000)
    }

    fn level(pcm: &[i16]) -> f64 {
        let power = pcm.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / pcm.len() as f64;
        -10.0 * (power / f64::from(OVERLOAD).powi(2)).log10()
    }

    #[test]
    fn noise_has_the_level_that_was_told() {
        for told in [20u8, 40, 60, 75] {
            assert!((level(&sound(&[told])) - f64::from(told)).abs() < 0.5);
        }
        assert!(sound(&[127]).iter().all(|&s| s.abs() <= 1));
    }

    #[test]
    fn noise_has_the_spectrum_that_was_told_at_the_same_level() {
        // A first coefficient near -1 is a low-pass, near 1 a high-pass.
        for (code, low) in [(20, true), (240, false)] {
            let pcm = sound(&[40, code, 127, 140]);
            let steps: Vec<i16> = pcm.windows(2).map(|w| w[1].wrapping_sub(w[0])).collect();
            assert!((level(&pcm) - 40.0).abs() < 1.0, "level {}", level(&pcm));
            assert_eq!(level(&steps) > level(&pcm), low);
        }
    }

    #[test]
    fn a_description_of_any_bytes_stays_bounded() {
        let mut noise = ComfortNoise::new(16000);
        let mut pcm = [0; 320];
        for seed in 0..2000u32 {
            let payload: Vec<u8> =
                (0..seed % 40).map(|i| (seed.wrapping_mul(2_654_435_761 + i * 97) >> 13) as u8).collect();
            assert_eq!(noise.describe(&payload), !payload.is_empty());
            noise.fill(&mut pcm);
            assert!(noise.delays.iter().all(|d| d.is_finite()));
        }
        noise.describe(&[0, 254, 0, 254, 0, 254, 0, 254, 0, 254, 0, 254, 0, 255]);
        for _ in 0..100 {
            noise.fill(&mut pcm);
        }
        noise.describe(&[50]);
        noise.fill(&mut pcm);
        noise.fill(&mut pcm);
        assert!(level(&pcm) > 45.0);
    }
}
