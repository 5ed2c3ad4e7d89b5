//! The quadrature mirror filters of G.722 (Recommendation, section 3.1 and 4.4, table 11).

const TAPS: usize = 12;

/// Every second coefficient of the 24, from the first; backwards they are the others.
const COEFFICIENTS: [i32; TAPS] = [3, -11, 12, 32, -210, 951, 3876, -805, 362, -156, 53, -11];

/// A delay line of two interleaved halves, oldest sample first. Kept twice, so that the last `TAPS` of each are
/// always in one piece.
#[derive(Clone, Debug, Default)]
struct Lines {
    first: [i16; 2 * TAPS],
    second: [i16; 2 * TAPS],
    place: usize,
}

impl Lines {
    fn push(&mut self, first: i16, second: i16) {
        let place = self.place % TAPS;
        (self.first[place], self.first[place + TAPS]) = (first, first);
        (self.second[place], self.second[place + TAPS]) = (second, second);
        self.place = (place + 1) % TAPS;
    }

    /// Both halves against the coefficients, the first half against them in their order.
    fn sums(&self) -> (i32, i32) {
        let window = self.place % TAPS..self.place % TAPS + TAPS;
        let (mut first, mut second) = (0, 0);
        let pairs = self.first[window.clone()].iter().zip(&self.second[window]);
        for ((&a, &b), (forwards, backwards)) in pairs.zip(COEFFICIENTS.iter().zip(COEFFICIENTS.iter().rev()))
        {
            first += i32::from(a) * forwards;
            second += i32::from(b) * backwards;
        }
        (first, second)
    }
}

/// Transmit filter: sound to two bands at half the rate.
#[derive(Clone, Debug, Default)]
pub struct Analysis {
    lines: Lines,
}

impl Analysis {
    pub fn split(&mut self, first: i16, second: i16) -> (i32, i32) {
        self.lines.push(first, second);
        let (first, second) = self.lines.sums();
        ((second + first) >> 14, (second - first) >> 14)
    }
}

/// Receive filter: two bands to sound.
#[derive(Clone, Debug, Default)]
pub struct Synthesis {
    lines: Lines,
}

impl Synthesis {
    pub fn join(&mut self, low: i32, high: i32) -> [i16; 2] {
        self.lines.push(saturated(low + high), saturated(low - high));
        let (first, second) = self.lines.sums();
        [saturated(second >> 11), saturated(first >> 11)]
    }
}

pub fn saturated(value: i32) -> i16 {
    value.clamp(i16::MIN.into(), i16::MAX.into()) as i16
}
