//! A gain that moves to its goal over one packet, so that no step is heard.

#[derive(Clone, Copy, Debug)]
pub struct Gain {
    now: f32,
    goal: f32,
}

impl Gain {
    pub const ONE: Self = Self { now: 1.0, goal: 1.0 };

    /// `gain` is a factor; what is no number counts as none.
    pub fn fixed(gain: f32) -> Self {
        let gain = sane(gain);
        Self { now: gain, goal: gain }
    }

    pub fn set(&mut self, gain: f32) {
        self.goal = sane(gain);
    }

    pub fn is_one(&self) -> bool {
        self.now == 1.0 && self.goal == 1.0
    }

    pub fn apply(&mut self, pcm: &mut [i16]) {
        if self.is_one() {
            return;
        }
        let step = (self.goal - self.now) / pcm.len().max(1) as f32;
        for sample in pcm {
            self.now += step;
            // A cast of a float saturates.
            *sample = (f32::from(*sample) * self.now) as i16;
        }
        self.now = self.goal;
    }
}

fn sane(gain: f32) -> f32 {
    if gain.is_finite() {
        gain.clamp(0.0, 16.0)
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_is_a_ramp_and_then_stays() {
        let (mut gain, mut pcm) = (Gain::ONE, [1000i16; 160]);
        gain.set(0.5);
        gain.apply(&mut pcm);
        assert!(pcm.windows(2).all(|w| w[0] >= w[1] && w[0] - w[1] <= 4));
        let mut pcm = [1000i16; 160];
        gain.apply(&mut pcm);
        assert_eq!(pcm, [500; 160]);
    }

    #[test]
    fn wild_gains_do_no_harm() {
        let mut pcm = [30_000i16; 4];
        Gain::fixed(f32::INFINITY).apply(&mut pcm);
        Gain::fixed(1e9).apply(&mut pcm);
        assert_eq!(pcm, [i16::MAX; 4]);
    }
}
