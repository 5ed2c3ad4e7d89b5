//! The soft sound that stands for a key nobody may hear: the same for every key, and none of the tones of ITU-T Q.23.

/// 40 ms, longer than the pause between two fast keys is short.
const MILLISECONDS: usize = 40;
/// One period of a sine at 500 Hz, sampled at 16 kHz: about -30 dBm0.
const PERIOD: [i16; 32] = [
    0, 137, 268, 389, 495, 582, 647, 687, 700, 687, 647, 582, 495, 389, 268, 137, 0, -137, -268, -389, -495,
    -582, -647, -687, -700, -687, -647, -582, -495, -389, -268, -137,
];

#[derive(Clone, Copy, Debug, Default)]
pub struct Blip {
    /// Samples at 16 kHz that are still to come.
    left: usize,
}

impl Blip {
    const LENGTH: usize = MILLISECONDS * 16;

    pub fn begin(&mut self) {
        self.left = Self::LENGTH;
    }

    pub fn is_over(&self) -> bool {
        self.left == 0
    }

    pub fn end(&mut self) {
        self.left = 0;
    }

    /// The next sample at a rate of 8 or 16 kHz; it swells and dies away without a click.
    pub fn next(&mut self, rate: u32) -> i32 {
        if self.left == 0 {
            return 0;
        }
        let gone = Self::LENGTH - self.left;
        let edge = gone.min(self.left).min(Self::LENGTH / 4) as i32;
        let sample = i32::from(PERIOD[gone % PERIOD.len()]) * edge / (Self::LENGTH as i32 / 4);
        self.left = self.left.saturating_sub(if rate > 8000 { 1 } else { 2 });
        sample
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(rate: u32) -> Vec<i32> {
        let mut blip = Blip::default();
        blip.begin();
        std::iter::from_fn(|| (!blip.is_over()).then(|| blip.next(rate))).collect()
    }

    #[test]
    fn it_is_soft_and_short_at_both_rates() {
        for (rate, samples) in [(8000, 320), (16_000, 640)] {
            let sound = sound(rate);
            assert_eq!(sound.len(), samples);
            assert!(sound.iter().any(|&s| s > 600) && sound.iter().all(|&s| s.abs() <= 700));
            assert_eq!((sound[0], sound.last().unwrap().abs() < 30), (0, true));
        }
    }

    #[test]
    fn before_it_begins_there_is_silence() {
        assert_eq!(Blip::default().next(8000), 0);
    }
}
