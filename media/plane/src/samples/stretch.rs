//! Sound made shorter or longer by one pitch period (overlap and add), so that the wait changes unheard.

use super::conceal::likeness;

/// What two places must have in common for one to follow the other unheard.
const ALIKE: f32 = 0.85;
/// Below this level (-52 dBov) any cut is unheard.
const QUIET: i64 = 80;

/// Take one period out at the beginning of `sound`; how many samples went. The rest moves up.
pub fn shorten(sound: &mut [i16], rate: u32) -> usize {
    let Some((lag, fade)) = cut(sound, rate) else {
        return 0;
    };
    for index in 0..fade {
        sound[index] = blend(sound[index], sound[index + lag], index, fade);
    }
    sound.copy_within(fade + lag.., fade);
    lag
}

/// Repeat one period at the beginning of the first `length` samples; how many came in. `sound` has room for them.
pub fn lengthen(sound: &mut [i16], length: usize, rate: u32) -> usize {
    let Some((lag, fade)) = sound.get(..length).and_then(|heard| cut(heard, rate)) else {
        return 0;
    };
    if length + lag > sound.len() {
        return 0;
    }
    sound.copy_within(..length, lag);
    // The first period stands as it was; what follows it leads over into its repetition.
    for index in 0..fade {
        let original = sound[2 * lag + index];
        sound[lag + index] = blend(original, sound[lag + index], index, fade);
    }
    lag
}

/// How long the period is and how long the fade; None where a cut would be heard or there is too little sound.
fn cut(sound: &[i16], rate: u32) -> Option<(usize, usize)> {
    let per_ms = rate as usize / 1000;
    let (low, fade, compared) = (per_ms * 5 / 2, per_ms * 5 / 2, per_ms * 15 / 2);
    // Room for the period, its repetition and the fade.
    let high = (per_ms * 25 / 2).min(sound.len().saturating_sub(fade) / 2);
    if high < per_ms * 5 || sound.len() < high + compared {
        return None;
    }
    if is_quiet(&sound[..high + compared]) {
        return Some((high, fade));
    }
    let stride = per_ms / 4;
    let best = |lags: &mut dyn Iterator<Item = usize>| {
        let scored = lags.map(|lag| (lag, likeness(&sound[..compared], &sound[lag..lag + compared], stride)));
        scored.max_by(|a, b| a.1.total_cmp(&b.1))
    };
    let (coarse, _) = best(&mut (low..=high).step_by(stride))?;
    let near = coarse.saturating_sub(stride).max(low)..=(coarse + stride).min(high);
    let (lag, likeness) = best(&mut near.into_iter())?;
    (likeness >= ALIKE).then_some((lag, fade.min(lag)))
}

pub fn is_quiet(sound: &[i16]) -> bool {
    let power: i64 = sound.iter().map(|&s| i64::from(s) * i64::from(s)).sum();
    power <= QUIET * QUIET * sound.len() as i64
}

fn blend(from: i16, to: i16, index: usize, fade: usize) -> i16 {
    let share = (index as i32 + 1) * 256 / (fade as i32 + 1);
    (i32::from(from) + (((i32::from(to) - i32::from(from)) * share) >> 8)) as i16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tone(hertz: f32, rate: u32, length: usize) -> Vec<i16> {
        let step = hertz / rate as f32 * std::f32::consts::TAU;
        (0..length).map(|index| ((index as f32 * step).sin() * 8000.0) as i16).collect()
    }

    /// How far a sound is from a pure tone of that pitch: each sample follows from the two before it.
    fn impurity(sound: &[i16], hertz: f32, rate: u32) -> f32 {
        let twice = 2.0 * (hertz / rate as f32 * std::f32::consts::TAU).cos();
        let error = |w: &[i16]| (f32::from(w[0]) - twice * f32::from(w[1]) + f32::from(w[2])).abs();
        sound.windows(3).map(error).fold(0.0, f32::max)
    }

    #[test]
    fn a_voiced_sound_loses_or_gains_whole_periods_without_a_click() {
        for (rate, hertz) in [(8000, 200.0), (16_000, 160.0)] {
            let length = rate as usize * 32 / 1000;
            let mut shorter = tone(hertz, rate, length);
            let removed = shorten(&mut shorter, rate);
            assert!(removed > 0 && removed.is_multiple_of(rate as usize / hertz as usize), "{removed}");
            assert!(impurity(&shorter[..length - removed], hertz, rate) < 400.0);

            let mut longer = tone(hertz, rate, length);
            longer.resize(length * 2, 0);
            let added = lengthen(&mut longer, length, rate);
            assert!(added > 0 && added.is_multiple_of(rate as usize / hertz as usize), "{added}");
            assert!(impurity(&longer[..length + added], hertz, rate) < 400.0);
        }
    }

    #[test]
    fn of_silence_the_most_is_cut() {
        assert_eq!(shorten(&mut [3; 256], 8000), 100);
    }

    #[test]
    fn noise_is_left_alone() {
        let mut state = 1u32;
        let mut noise: Vec<i16> = (0..256)
            .map(|_| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                (state >> 18) as i16 - 8192
            })
            .collect();
        let before = noise.clone();
        assert_eq!(shorten(&mut noise, 8000), 0);
        assert_eq!(lengthen(&mut noise, 200, 8000), 0);
        assert_eq!(noise, before);
    }

    #[test]
    fn too_little_sound_is_left_alone() {
        for length in 0..100 {
            assert_eq!(shorten(&mut vec![1; length], 8000), 0);
            assert_eq!(lengthen(&mut vec![1; length], length, 8000), 0);
        }
    }
}
