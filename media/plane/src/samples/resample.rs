//! Between 8 and 16 kHz, by one half-band filter of 63 taps: linear phase, flat to 3.5 kHz, 60 dB down from 4.5 kHz.

/// Samples at the higher rate that one call of a resampler works on at most; more go in pieces.
const PIECE: usize = 320;
/// Side coefficients on each side of the middle one.
const SIDES: usize = 16;
const ODD: usize = 2 * SIDES;
/// From the middle outwards, in 2^-14: twice a sinc under a Kaiser window (beta 6.2). Every other coefficient is
/// zero, and the middle one is 1. With one bit more the sum of the loudest samples would not fit 32 bits.
const COEFFICIENTS: [i16; SIDES] =
    [10404, -3392, 1946, -1299, 922, -672, 493, -360, 260, -183, 126, -83, 52, -31, 16, -7];
/// The same, both sides in one row.
const ROW: [i16; ODD] = {
    let mut row = [0; ODD];
    let mut index = 0;
    while index < SIDES {
        row[SIDES - 1 - index] = COEFFICIENTS[index];
        row[SIDES + index] = COEFFICIENTS[index];
        index += 1;
    }
    row
};

/// Neighbours on both sides make the sample between them, in 2^-14.
fn between(neighbours: &[i16]) -> i32 {
    neighbours.iter().zip(&ROW).map(|(&a, &b)| i32::from(a) * i32::from(b)).sum()
}

fn rounded(value: i32, shift: u32) -> i16 {
    ((value + (1 << (shift - 1))) >> shift).clamp(i16::MIN.into(), i16::MAX.into()) as i16
}

/// 8 to 16 kHz; 2 ms late.
#[derive(Clone, Debug)]
pub struct Doubler {
    /// The samples before this call's, oldest first, and room for this call's.
    line: [i16; ODD - 1 + PIECE / 2],
}

impl Default for Doubler {
    fn default() -> Self {
        Self { line: [0; ODD - 1 + PIECE / 2] }
    }
}

impl Doubler {
    /// Two samples for each; returns how many were written.
    pub fn process(&mut self, narrow: &[i16], wide: &mut [i16]) -> usize {
        let mut written = 0;
        for (piece, wide) in narrow.chunks(PIECE / 2).zip(wide.chunks_mut(PIECE)) {
            let piece = &piece[..piece.len().min(wide.len() / 2)];
            self.line[ODD - 1..ODD - 1 + piece.len()].copy_from_slice(piece);
            for (pair, window) in wide.chunks_exact_mut(2).zip(self.line.windows(ODD)).take(piece.len()) {
                pair[0] = window[SIDES - 1];
                pair[1] = rounded(between(window), 14);
            }
            self.line.copy_within(piece.len()..piece.len() + ODD - 1, 0);
            written += 2 * piece.len();
        }
        written
    }
}

/// 16 to 8 kHz; 2 ms late.
#[derive(Clone, Debug)]
pub struct Halver {
    /// Samples of even and of odd places, each as in `Doubler`.
    middles: [i16; SIDES - 1 + PIECE / 2],
    sides: [i16; ODD - 1 + PIECE / 2],
}

impl Default for Halver {
    fn default() -> Self {
        Self { middles: [0; SIDES - 1 + PIECE / 2], sides: [0; ODD - 1 + PIECE / 2] }
    }
}

impl Halver {
    /// One sample for each two (an odd one at the end is left out); returns how many were written.
    pub fn process(&mut self, wide: &[i16], narrow: &mut [i16]) -> usize {
        let mut written = 0;
        for (piece, narrow) in wide.chunks(PIECE).zip(narrow.chunks_mut(PIECE / 2)) {
            let count = (piece.len() / 2).min(narrow.len());
            let places = self.middles[SIDES - 1..].iter_mut().zip(&mut self.sides[ODD - 1..]);
            for ((middle, side), pair) in places.zip(piece.chunks_exact(2)).take(count) {
                (*middle, *side) = (pair[0], pair[1]);
            }
            let windows = self.sides.windows(ODD).zip(&self.middles);
            for (slot, (window, &middle)) in narrow.iter_mut().zip(windows).take(count) {
                // Coefficients are doubled for the other way, where every second sample is none.
                *slot = rounded((i32::from(middle) << 14) + between(window), 15);
            }
            self.middles.copy_within(count..count + SIDES - 1, 0);
            self.sides.copy_within(count..count + ODD - 1, 0);
            written += count;
        }
        written
    }
}

/// From one of the two rates to one of the two.
#[derive(Clone, Debug)]
#[expect(clippy::large_enum_variant, reason = "a change of the rate among packets allocates nothing")]
pub enum Resampler {
    Same,
    Up(Doubler),
    Down(Halver),
}

impl Resampler {
    /// `from` and `to` are 8000 or 16000.
    pub fn new(from: u32, to: u32) -> Self {
        match from.cmp(&to) {
            std::cmp::Ordering::Equal => Self::Same,
            std::cmp::Ordering::Less => Self::Up(Doubler::default()),
            std::cmp::Ordering::Greater => Self::Down(Halver::default()),
        }
    }

    /// Returns how many samples were written; what `to` cannot hold is left out.
    pub fn process(&mut self, from: &[i16], to: &mut [i16]) -> usize {
        match self {
            Self::Same => {
                let count = from.len().min(to.len());
                to[..count].copy_from_slice(&from[..count]);
                count
            }
            Self::Up(doubler) => doubler.process(from, to),
            Self::Down(halver) => halver.process(from, to),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::f64::consts::TAU;

    fn tone(frequency: f64, rate: f64, samples: usize) -> Vec<i16> {
        (0..samples).map(|n| (10_000.0 * (TAU * frequency * n as f64 / rate).sin()).round() as i16).collect()
    }

    /// Gain in dB of `heard` against a tone of 10,000, after the filter has settled.
    fn gain(heard: &[i16]) -> f64 {
        let settled = &heard[200..];
        let power = settled.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / settled.len() as f64;
        10.0 * (power.max(1e-9) / 5e7).log10()
    }

    fn halved(wide: &[i16]) -> Vec<i16> {
        let (mut halver, mut narrow) = (Halver::default(), vec![0; wide.len() / 2]);
        assert_eq!(halver.process(wide, &mut narrow), narrow.len());
        narrow
    }

    fn doubled(narrow: &[i16]) -> Vec<i16> {
        let (mut doubler, mut wide) = (Doubler::default(), vec![0; narrow.len() * 2]);
        assert_eq!(doubler.process(narrow, &mut wide), wide.len());
        wide
    }

    #[test]
    fn the_pass_band_is_flat_both_ways() {
        for frequency in [100.0, 300.0, 1000.0, 2500.0, 3500.0] {
            assert!(gain(&halved(&tone(frequency, 16000.0, 16000))).abs() < 0.02);
            assert!(gain(&doubled(&tone(frequency, 8000.0, 8000))).abs() < 0.02);
        }
    }

    #[test]
    fn what_would_fold_is_sixty_decibels_down() {
        for frequency in [4500.0, 5000.0, 6000.0, 7000.0, 7900.0] {
            assert!(gain(&halved(&tone(frequency, 16000.0, 16000))) < -60.0);
        }
    }

    #[test]
    fn the_image_is_sixty_decibels_down() {
        for frequency in [300.0, 1000.0, 3500.0] {
            let wide = doubled(&tone(frequency, 8000.0, 8000));
            // The tone and its delay are known: what is left is the image and rounding.
            let left: Vec<i16> = (200..16000)
                .map(|n| {
                    let at = TAU * frequency * (n as f64 - 32.0) / 16000.0;
                    (f64::from(wide[n]) - 10_000.0 * at.sin()).round() as i16
                })
                .collect();
            assert!(gain(&left) < -60.0, "{frequency}: {}", gain(&left));
        }
    }

    #[test]
    fn pieces_of_any_length_give_the_same_as_one() {
        let wide = tone(1234.0, 16000.0, 4000);
        let (mut halver, mut doubler) = (Halver::default(), Doubler::default());
        let (mut narrow, mut again) = (Vec::new(), Vec::new());
        for (index, piece) in wide.chunks(94).enumerate() {
            let mut out = [0; 47];
            let count = halver.process(piece, &mut out);
            narrow.extend_from_slice(&out[..count]);
            let (mut out, cut) = ([0; 94], index % 48);
            for part in [
                &narrow[narrow.len() - count..][..cut.min(count)],
                &narrow[narrow.len() - count + cut.min(count)..],
            ] {
                let written = doubler.process(part, &mut out);
                again.extend_from_slice(&out[..written]);
            }
        }
        assert_eq!(narrow, halved(&wide));
        assert_eq!(again, doubled(&narrow));
    }

    #[test]
    fn the_loudest_sound_does_not_wrap() {
        let square: Vec<i16> = (0..4000).map(|n| if n / 40 % 2 == 0 { i16::MAX } else { i16::MIN }).collect();
        let (halved, doubled) = (halved(&square), doubled(&square));
        // Clear of the edges, after the delay of 15 and of 32 samples, the sign is that of the square.
        for place in (0..3900).filter(|n| (4..36).contains(&(n % 40))) {
            assert_eq!(halved[place / 2 + 15] < 0, square[place] < 0);
            assert_eq!(doubled[place * 2 + 32] < 0, square[place] < 0);
        }
    }

    #[test]
    fn the_worst_sound_does_not_overflow() {
        // Each sample as far out as can be, with the sign of its coefficient.
        let worst: Vec<i16> = ROW.iter().map(|&c| if c < 0 { i16::MIN } else { i16::MAX }).collect();
        let opposite: Vec<i16> = worst.iter().map(|&s| !s).collect();
        for sides in [worst, opposite] {
            assert_eq!(doubled(&sides)[2 * ODD - 1], sides[SIDES]);
            let wide: Vec<i16> = sides.iter().flat_map(|&s| [sides[SIDES], s]).collect();
            assert_eq!(halved(&wide)[ODD - 1], sides[SIDES]);
        }
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        assert_eq!(Halver::default().process(&[1; 1000], &mut [0; 33]), 33);
        assert_eq!(Doubler::default().process(&[1; 1000], &mut [0; 33]), 32);
        assert_eq!(Halver::default().process(&[1; 3], &mut [0; 9]), 1);
        assert_eq!(Resampler::new(8000, 8000).process(&[1; 3], &mut [0; 2]), 2);
    }
}
