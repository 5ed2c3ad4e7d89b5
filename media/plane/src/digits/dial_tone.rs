//! Dial tone under keys (ITU-T E.180 s.2): found where it is steady, so that it can be left aside.

use std::f32::consts::PI;

use crate::digits::spectrum::{correlation_of, energy_of, sum, Correlation, Phasor, Spectrum, FURTHEST};

/// North America; most others have one tone.
const DOUBLE: [f32; 2] = [350.0, 440.0];
const SINGLE: f32 = 425.0;
/// What the window lets through from one of the two to the other, as a share of the amplitude.
const CROSSING: f32 = -0.0246;
/// How far back it must have been the same: now, 12.5 and 25 ms ago.
const BACK: [usize; 3] = [0, FURTHEST / 2, FURTHEST];
const SECONDS_APART: f32 = 0.0125;
/// Its amplitudes stay within this share of each other, and its phase within so many radians of where it is due.
const EVENNESS: f32 = 0.85;
const STRAYING: f32 = 0.35;

/// What a steady dial tone adds to a window's correlation.
pub fn dial_tone(spectrum: &Spectrum, back: usize) -> Option<Correlation> {
    let heard = BACK.map(|at| both(spectrum, at));
    if is_steady(heard.map(|pair| pair[0]), DOUBLE[0]) && is_steady(heard.map(|pair| pair[1]), DOUBLE[1]) {
        let [low, high] = both(spectrum, back);
        // What they have in common while they beat.
        let beat = 2.0 * CROSSING * energy_of(Phasor { re: 1.0, im: 0.0 }) * low.against(high).re;
        let each = sum(correlation_of(energy_of(low), DOUBLE[0]), correlation_of(energy_of(high), DOUBLE[1]));
        return Some(sum(each, correlation_of(beat, (DOUBLE[0] + DOUBLE[1]) / 2.0)));
    }
    let single = is_steady(BACK.map(|at| spectrum.sine(SINGLE, at)), SINGLE);
    single.then(|| correlation_of(energy_of(spectrum.sine(SINGLE, back)), SINGLE))
}

/// The two tones, each freed of what it shows of the other.
fn both(spectrum: &Spectrum, back: usize) -> [Phasor; 2] {
    let [low, high] = DOUBLE.map(|hertz| spectrum.sine(hertz, back));
    let freed = |one: Phasor, other: Phasor| Phasor {
        re: (one.re - CROSSING * other.re) / (1.0 - CROSSING * CROSSING),
        im: (one.im - CROSSING * other.im) / (1.0 - CROSSING * CROSSING),
    };
    [freed(low, high), freed(high, low)]
}

fn is_steady(heard: [Phasor; 3], hertz: f32) -> bool {
    let due = Phasor::turned(2.0 * PI * (hertz * SECONDS_APART).fract());
    let powers = heard.map(Phasor::power);
    let (least, most) = powers.iter().fold((f32::MAX, 0.0f32), |(a, b), &p| (a.min(p), b.max(p)));
    let strays = |new: Phasor, old: Phasor| new.against(old).against(due).angle().abs() > STRAYING;
    most > 0.0
        && least >= most * EVENNESS * EVENNESS
        && !strays(heard[0], heard[1])
        && !strays(heard[1], heard[2])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::digits::spectrum::{difference, BLOCK, RATE};

    fn heard(tones: &[(f32, f32)], drift: f32) -> Spectrum {
        let mut spectrum = Spectrum::default();
        for block in 0..40 {
            let samples = std::array::from_fn(|n| {
                let at = (block * BLOCK + n) as f32 / RATE;
                let turns = |hz: f32| hz * at * (1.0 + drift * at) + hz / 100.0;
                tones.iter().map(|&(hz, peak)| peak * (2.0 * PI * turns(hz)).sin()).sum::<f32>() as i16
            });
            spectrum.hear(&samples);
        }
        spectrum
    }

    #[test]
    fn dial_tones_are_taken_out_whole() {
        for tones in
            [&[(350.0, 3000.0), (440.0, 3000.0), (770.0, 300.0)][..], &[(425.0, 3000.0), (770.0, 300.0)]]
        {
            let spectrum = heard(tones, 0.0);
            for back in 0..=FURTHEST {
                let all = spectrum.correlation(back);
                let rest = difference(all, dial_tone(&spectrum, back).unwrap());
                assert!((rest[0] / 45_000.0 - 1.0).abs() < 0.4, "{back}: {rest:?}");
                assert!(rest.iter().all(|lag| lag.abs() < 0.01 * all[0]), "{back}: {rest:?}");
            }
        }
    }

    #[test]
    fn what_moves_or_is_not_there_is_no_dial_tone() {
        assert_eq!(dial_tone(&heard(&[(350.0, 3000.0), (440.0, 3000.0)], 0.5), 0), None);
        assert_eq!(dial_tone(&heard(&[(400.0, 3000.0)], 0.0), 0), None);
        assert_eq!(dial_tone(&heard(&[(697.0, 3000.0)], 0.0), 0), None);
        assert_eq!(dial_tone(&Spectrum::default(), 0), None);
    }
}
