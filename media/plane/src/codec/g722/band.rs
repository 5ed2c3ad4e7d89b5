//! One band of G.722: quantisers, their adapting step, and the predictor of two poles and six zeros
//! (Recommendation, sections 3.2 to 3.6 and 6.2; the numbers are those of its tables).

use super::filter::saturated;

/// Decision levels of the lower band's 60-level quantiser.
const LEVELS: [i32; 29] = [
    35, 72, 110, 150, 190, 233, 276, 323, 370, 422, 473, 530, 587, 650, 714, 786, 858, 940, 1023, 1121, 1219,
    1339, 1458, 1612, 1765, 1980, 2195, 2557, 2919,
];
/// Values of the lower band's codes at their full six bits.
const SIX_BITS: [i32; 64] = [
    -136, -136, -136, -136, -24808, -21904, -19008, -16704, -14984, -13512, -12280, -11192, -10232, -9360,
    -8576, -7856, -7192, -6576, -6000, -5456, -4944, -4464, -4008, -3576, -3168, -2776, -2400, -2032, -1688,
    -1360, -1040, -728, 24808, 21904, 19008, 16704, 14984, 13512, 12280, 11192, 10232, 9360, 8576, 7856,
    7192, 6576, 6000, 5456, 4944, 4464, 4008, 3576, 3168, 2776, 2400, 2032, 1688, 1360, 1040, 728, 432, 136,
    -432, -136,
];
/// Values of the lower band's codes at the four bits that prediction uses in every mode.
const FOUR_BITS: [i32; 16] =
    [0, -20456, -12896, -8968, -6288, -4240, -2584, -1200, 20456, 12896, 8968, 6288, 4240, 2584, 1200, 0];
/// Values of the higher band's codes.
const TWO_BITS: [i32; 4] = [-7408, -1616, 7408, 1616];
/// What each four-bit code adds to the logarithm of the lower band's step.
const LOW_STEPS: [i32; 16] =
    [-60, 3042, 1198, 538, 334, 172, 58, -30, 3042, 1198, 538, 334, 172, 58, -30, -60];
/// What each code adds to the logarithm of the higher band's step.
const HIGH_STEPS: [i32; 4] = [798, -214, 798, -214];
/// 2048 times 2^(n/32).
const POWERS: [i32; 32] = [
    2048, 2093, 2139, 2186, 2233, 2282, 2332, 2383, 2435, 2489, 2543, 2599, 2656, 2714, 2774, 2834, 2896,
    2960, 3025, 3091, 3158, 3228, 3298, 3371, 3444, 3520, 3597, 3676, 3756, 3838, 3922, 4008,
];
/// The higher band's one decision level.
const HIGH_LEVEL: i32 = 564;
const LOW_STEP_LIMIT: i32 = 18432;
const HIGH_STEP_LIMIT: i32 = 22528;

#[derive(Clone, Debug)]
pub struct Band {
    /// The step of the quantisers, and its logarithm (base 2, in 2048ths).
    step: i32,
    log_step: i32,
    predictor: Predictor,
}

impl Band {
    pub fn low() -> Self {
        Self { step: 32, log_step: 0, predictor: Predictor::default() }
    }

    pub fn high() -> Self {
        Self { step: 8, log_step: 0, predictor: Predictor::default() }
    }

    pub fn encode_low(&mut self, sample: i32) -> u8 {
        let error = i32::from(saturated(sample - self.predictor.guess));
        let magnitude = if error >= 0 { error } else { -(error + 1) };
        let level = LEVELS.partition_point(|level| magnitude >= (level * self.step) >> 12) as u8;
        // Codes go down from the middle; those of the two smallest negative errors stand apart.
        let code = match level {
            _ if error >= 0 => 61 - level,
            0 | 1 => 63 - level,
            _ => 33 - level,
        };
        self.adapt_low(code);
        code
    }

    pub fn decode_low(&mut self, code: u8) -> i32 {
        let error = (self.step * SIX_BITS[usize::from(code & 0x3F)]) >> 15;
        let sample = (self.predictor.guess + error).clamp(-16384, 16383);
        self.adapt_low(code);
        sample
    }

    pub fn encode_high(&mut self, sample: i32) -> u8 {
        let error = i32::from(saturated(sample - self.predictor.guess));
        let magnitude = if error >= 0 { error } else { -(error + 1) };
        let is_small = magnitude < (HIGH_LEVEL * self.step) >> 12;
        let code = if error >= 0 { 2 } else { 0 } + u8::from(is_small);
        self.adapt_high(code);
        code
    }

    pub fn decode_high(&mut self, code: u8) -> i32 {
        let guess = self.predictor.guess;
        let error = self.adapt_high(code);
        (guess + error).clamp(-16384, 16383)
    }

    fn adapt_low(&mut self, code: u8) {
        let code = usize::from(code >> 2 & 0x0F);
        let error = (self.step * FOUR_BITS[code]) >> 15;
        self.scale(LOW_STEPS[code], LOW_STEP_LIMIT, 8);
        self.predictor.adapt(error);
    }

    fn adapt_high(&mut self, code: u8) -> i32 {
        let code = usize::from(code & 3);
        let error = (self.step * TWO_BITS[code]) >> 15;
        self.scale(HIGH_STEPS[code], HIGH_STEP_LIMIT, 10);
        self.predictor.adapt(error);
        error
    }

    /// Blocks LOGSCL, SCALEL and their counterparts of the higher band.
    fn scale(&mut self, change: i32, limit: i32, shift: i32) {
        self.log_step = (((self.log_step * 127) >> 7) + change).clamp(0, limit);
        let power = POWERS[(self.log_step >> 6 & 31) as usize];
        let shift = shift - (self.log_step >> 11);
        self.step = (if shift < 0 { power << -shift } else { power >> shift }) << 2;
    }
}

/// Block 4 of the Recommendation. Coefficients are in 2^-14 (poles) and 2^-14 (zeros).
#[derive(Clone, Debug, Default)]
struct Predictor {
    /// The next sample, and the part of it that comes of the zeros.
    guess: i32,
    guess_of_zeros: i32,
    poles: [i32; 2],
    zeros: [i32; 6],
    /// The last reconstructed samples, the newest first.
    samples: [i32; 2],
    /// The signs of the last partly reconstructed samples.
    is_negative: [bool; 2],
    /// The last errors, the newest first.
    errors: [i32; 6],
}

impl Predictor {
    /// Take the quantised error of the last guess in, and guess again.
    fn adapt(&mut self, error: i32) {
        let sample = clip(self.guess + error);
        self.adapt_poles(clip(self.guess_of_zeros + error) < 0);
        self.adapt_zeros(error);
        self.errors.copy_within(0..5, 1);
        self.errors[0] = error;
        self.samples = [sample, self.samples[0]];

        let of_poles: i32 = (0..2).map(|i| (self.poles[i] * clip(2 * self.samples[i])) >> 15).sum();
        let of_zeros: i32 = (0..6).map(|i| (self.zeros[i] * clip(2 * self.errors[i])) >> 15).sum();
        self.guess_of_zeros = clip(of_zeros);
        self.guess = clip(clip(of_poles) + self.guess_of_zeros);
    }

    /// Blocks UPPOL2 and UPPOL1.
    fn adapt_poles(&mut self, is_negative: bool) {
        let [last, before] = self.is_negative;
        let lean = clip(4 * self.poles[0]);
        let lean = if is_negative == last { clip(-lean) } else { lean };
        let change = (lean >> 7) + if is_negative == before { 128 } else { -128 };
        let second = (change + ((self.poles[1] * 32512) >> 15)).clamp(-12288, 12288);
        let change = if is_negative == last { 192 } else { -192 };
        let limit = clip(15360 - second);
        let first = clip(change + ((self.poles[0] * 32640) >> 15)).clamp(-limit, limit);
        self.poles = [first, second];
        self.is_negative = [is_negative, last];
    }

    /// Block UPZERO.
    fn adapt_zeros(&mut self, error: i32) {
        let step = if error == 0 { 0 } else { 128 };
        for (zero, before) in self.zeros.iter_mut().zip(self.errors) {
            let change = if (before < 0) == (error < 0) { step } else { -step };
            *zero = clip(change + ((*zero * 32640) >> 15));
        }
    }
}

fn clip(value: i32) -> i32 {
    saturated(value).into()
}
