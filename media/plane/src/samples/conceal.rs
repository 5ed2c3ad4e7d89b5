//! Loss concealment for codecs that have none of their own, in the spirit of G.711 Appendix I.
//!
//! The last pitch period is repeated, from its end without a step, and fades out within 60 ms; sound that comes
//! again is faded in over it.

/// 48 ms at 16 kHz: two of the longest periods and what is compared.
const HISTORY: usize = 768;
/// 66 Hz to 400 Hz.
const LONGEST_PERIOD_MS: f32 = 15.0;
const SHORTEST_PERIOD_MS: f32 = 2.5;
const COMPARED_MS: f32 = 16.0;
const PERIOD: usize = 320;
const FULL_MS: f32 = 10.0;
const SILENT_MS: f32 = 60.0;
const FADE_MS: f32 = 4.0;
/// The longest fade back to real sound, after a long loss.
const LONGEST_FADE_MS: f32 = 10.0;
/// Below this likeness of two neighbouring periods sound is noise, where a short period would buzz.
const VOICED: f32 = 0.5;
const UNVOICED_PERIOD_MS: f32 = 20.0;

#[derive(Debug)]
pub struct Concealer {
    /// Samples in a millisecond.
    per_ms: f32,
    history: [i16; HISTORY],
    period: [f32; PERIOD],
    length: usize,
    /// The step between the end of real sound and the period, which is faded away.
    step: f32,
    /// Samples made up since the last real one.
    made: usize,
}

impl Concealer {
    pub fn new(rate: u32) -> Self {
        Self {
            per_ms: rate as f32 / 1000.0,
            history: [0; HISTORY],
            period: [0.0; PERIOD],
            length: 1,
            step: 0.0,
            made: 0,
        }
    }

    /// Sound that was lost, for as long as there is room.
    pub fn fill(&mut self, out: &mut [i16]) {
        if self.made == 0 {
            self.begin();
        }
        for sample in out.iter_mut() {
            *sample = self.sample();
        }
        self.remember(out);
    }

    /// Sound that is no loss: remembered.
    pub fn hear(&mut self, sound: &[i16]) {
        self.made = 0;
        self.remember(sound);
    }

    /// Real sound again: its beginning is faded in over what was made up.
    pub fn rejoin(&mut self, sound: &mut [i16]) {
        if self.made > 0 && !sound.is_empty() {
            let fade_ms = (FADE_MS + self.made_ms() / 10.0).min(LONGEST_FADE_MS);
            let fade = self.samples(fade_ms).min(sound.len());
            for (index, sample) in sound.iter_mut().take(fade).enumerate() {
                let share = (index + 1) as f32 / (fade + 1) as f32;
                let made_up = f32::from(self.sample());
                *sample = (made_up + share * (f32::from(*sample) - made_up)) as i16;
            }
        }
        self.hear(sound);
    }

    /// Whether the last sound has faded out altogether.
    pub fn is_silent(&self) -> bool {
        self.made_ms() >= SILENT_MS
    }

    fn sample(&mut self) -> i16 {
        let at = self.made;
        let ms = self.made_ms();
        // Without end, as long as the silence: only the place in the fade counts.
        self.made = self.made.saturating_add(1);
        if ms >= SILENT_MS {
            return 0;
        }
        let gain = ((SILENT_MS - ms) / (SILENT_MS - FULL_MS)).min(1.0);
        let value = self.period.get(at % self.length.max(1)).copied().unwrap_or(0.0);
        let rest = (1.0 - ms / FADE_MS).max(0.0);
        (value * gain + self.step * rest) as i16
    }

    fn begin(&mut self) {
        let (lag, likeness) = self.pitch();
        let length = if likeness < VOICED { self.samples(UNVOICED_PERIOD_MS) } else { lag };
        self.length = length.clamp(1, PERIOD);
        let last = &self.history[HISTORY - self.length..];
        for (slot, &sample) in self.period.iter_mut().zip(last) {
            *slot = f32::from(sample);
        }
        // The end of the period leads into what stood before its beginning, so that it can follow itself.
        let seam = self.length / 4;
        let before = &self.history[HISTORY - self.length - seam..HISTORY - self.length];
        let end = self.period.iter_mut().take(self.length).skip(self.length - seam);
        for (index, (slot, &earlier)) in end.zip(before).enumerate() {
            let share = (index + 1) as f32 / seam as f32;
            *slot += share * (f32::from(earlier) - *slot);
        }
        let expected = self.history[HISTORY - 1 - self.length];
        self.step = f32::from(self.history[HISTORY - 1]) - f32::from(expected);
    }

    /// The lag at which the end of the history is most like what came before, and how like (1 is the same).
    fn pitch(&self) -> (usize, f32) {
        let stride = if self.per_ms > 8.0 { 4 } else { 2 };
        let (low, high) = (self.samples(SHORTEST_PERIOD_MS), self.samples(LONGEST_PERIOD_MS));
        let coarse = self.best_lag((low..=high).step_by(stride), stride);
        let near = coarse.0.saturating_sub(stride).max(low)..=(coarse.0 + stride).min(high);
        self.best_lag(near, 1)
    }

    fn best_lag(&self, lags: impl Iterator<Item = usize>, stride: usize) -> (usize, f32) {
        let compared = self.samples(COMPARED_MS).min(HISTORY / 2);
        let end = &self.history[HISTORY - compared..];
        let mut best = (self.samples(LONGEST_PERIOD_MS), 0.0);
        for lag in lags {
            let Some(earlier) = self.history.get(HISTORY - compared - lag..HISTORY - lag) else {
                continue;
            };
            let likeness = likeness(end, earlier, stride);
            // A multiple of the period is as like: the shortest of them repeats most faithfully.
            if likeness > best.1 * 1.02 {
                best = (lag, likeness);
            }
        }
        best
    }

    fn remember(&mut self, sound: &[i16]) {
        let fresh = &sound[sound.len().saturating_sub(HISTORY)..];
        self.history.copy_within(fresh.len().., 0);
        self.history[HISTORY - fresh.len()..].copy_from_slice(fresh);
    }

    fn made_ms(&self) -> f32 {
        self.made as f32 / self.per_ms
    }

    fn samples(&self, ms: f32) -> usize {
        (ms * self.per_ms) as usize
    }
}

/// How like two pieces of sound are, looking at every `stride`th sample: 1 the same, 0 unrelated, also for silence.
pub fn likeness(a: &[i16], b: &[i16], stride: usize) -> f32 {
    let (mut product, mut power_a, mut power_b) = (0.0, 1.0, 1.0);
    for (&x, &y) in a.iter().zip(b).step_by(stride) {
        let (x, y) = (f32::from(x), f32::from(y));
        product += x * y;
        power_a += x * x;
        power_b += y * y;
    }
    product / (power_a * power_b).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::test_voice::voice;

    const FRAME: usize = 160;

    fn is_lost(number: usize) -> bool {
        (number as u32).wrapping_mul(2_654_435_761) >> 16 & 0xFF < 13
    }

    /// With every twentieth packet lost, either concealed or left silent.
    fn through_loss(sound: &[i16], conceals: bool) -> Vec<i16> {
        let mut concealer = Concealer::new(8000);
        let mut out = Vec::new();
        for (number, frame) in sound.chunks_exact(FRAME).enumerate() {
            let mut frame = frame.to_vec();
            match (is_lost(number), conceals) {
                (true, true) => concealer.fill(&mut frame),
                (true, false) => frame.fill(0),
                (false, true) => concealer.rejoin(&mut frame),
                (false, false) => {}
            }
            out.extend(frame);
        }
        out
    }

    /// Mean of the signal-to-noise ratio of the lost frames that held sound, in decibels.
    fn quality(clean: &[i16], heard: &[i16]) -> f32 {
        let power = |values: &mut dyn Iterator<Item = f32>| values.map(|v| v * v).sum::<f32>();
        let frames = clean.chunks_exact(FRAME).zip(heard.chunks_exact(FRAME)).enumerate();
        let ratios: Vec<f32> = frames
            .filter(|(number, (clean, _))| is_lost(*number) && clean.iter().any(|s| s.abs() > 1000))
            .map(|(_, (clean, heard))| {
                let error = power(&mut clean.iter().zip(heard).map(|(&c, &h)| f32::from(c) - f32::from(h)));
                10.0 * (power(&mut clean.iter().map(|&c| f32::from(c))) / (error + 1.0)).log10()
            })
            .collect();
        ratios.iter().sum::<f32>() / ratios.len() as f32
    }

    /// The largest difference of the step from sample to sample, which is how a click shows.
    fn sharpest(sound: &[i16]) -> i32 {
        let bend = |w: &[i16]| (i32::from(w[0]) - 2 * i32::from(w[1]) + i32::from(w[2])).abs();
        sound.windows(3).map(bend).max().unwrap_or(0)
    }

    #[test]
    fn a_voice_with_every_twentieth_packet_lost_is_far_nearer_to_itself_than_with_silence() {
        let clean = voice(20);
        let (concealed, silent) = (through_loss(&clean, true), through_loss(&clean, false));
        let (with, without) = (quality(&clean, &concealed), quality(&clean, &silent));
        assert!(without.abs() < 0.1, "silence is as far from sound as the sound is loud: {without} dB");
        assert!(with > 3.0, "concealed {with} dB");
    }

    #[test]
    fn neither_loss_nor_return_clicks() {
        let clean = voice(20);
        let natural = sharpest(&clean);
        let (concealed, silent) = (through_loss(&clean, true), through_loss(&clean, false));
        assert!(sharpest(&silent) > natural * 3 / 2, "{} {natural}", sharpest(&silent));
        assert!(sharpest(&concealed) < natural * 5 / 4, "{} {natural}", sharpest(&concealed));
    }

    #[test]
    fn a_long_loss_has_faded_to_nothing_after_sixty_milliseconds() {
        for rate in [8000, 16_000] {
            let frame = rate as usize / 50;
            let mut concealer = Concealer::new(rate);
            let mut sound: Vec<i16> = voice(1).into_iter().skip(400).take(frame * 3).collect();
            concealer.rejoin(&mut sound);
            let mut lost = vec![0; frame * 4];
            concealer.fill(&mut lost);
            let loudest = |part: &[i16]| part.iter().map(|s| s.unsigned_abs()).max().unwrap();
            assert!(loudest(&lost[..frame]) > 1000);
            assert!(loudest(&lost[frame..2 * frame]) > loudest(&lost[2 * frame..3 * frame]));
            assert!(lost[3 * frame..].iter().all(|&s| s == 0) && concealer.is_silent());
        }
    }

    #[test]
    fn a_tone_goes_on_through_a_lost_packet() {
        let tone: Vec<i16> = (0..1600).map(|i| ((i as f32 * 0.3).sin() * 8000.0) as i16).collect();
        let mut concealer = Concealer::new(8000);
        let mut before = tone[..800].to_vec();
        concealer.rejoin(&mut before);
        let mut lost = [0; 80];
        concealer.fill(&mut lost);
        let error: i32 = lost.iter().zip(&tone[800..]).map(|(a, b)| i32::from(a - b).abs()).max().unwrap();
        assert!(error < 1500, "{error}");
    }

    #[test]
    fn silence_and_full_level_are_concealed_without_overflow() {
        for level in [0, i16::MAX, i16::MIN] {
            let mut concealer = Concealer::new(16_000);
            let mut sound = [level; 320];
            concealer.rejoin(&mut sound);
            let mut lost = [0; 320];
            concealer.fill(&mut lost);
            concealer.rejoin(&mut sound);
            assert!(lost.iter().all(|s| (i32::from(*s) - i32::from(level)).abs() <= 8192));
        }
    }
}
