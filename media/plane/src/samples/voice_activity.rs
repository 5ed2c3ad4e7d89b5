//! Whether somebody speaks: WebRTC's voice activity detector above a floor of our own, and when speech counts as
//! begun and as over.

use std::fmt;

use webrtc_vad::{SampleRate, Vad, VadMode};

use super::level::{decibels, measure};

/// Nobody who speaks into a telephone is softer, in dBov.
const SOFTEST: f32 = -55.0;
/// What a voice must stand out of the noise, and how the floor rises in 20 ms, both in decibels.
const ABOVE_FLOOR: f32 = 6.0;
const RISE: f32 = 0.02;

/// Of each 20 ms, whether there is voice in it.
pub struct VoiceDetector {
    detector: Vad,
    rate: u32,
    /// The level of the noise: falls at once, rises by 1 dB a second.
    floor: f32,
}

// SAFETY: the library's state is plain memory of its own, which knows no thread; one owner uses it at a time.
unsafe impl Send for VoiceDetector {}

impl Default for VoiceDetector {
    fn default() -> Self {
        Self { detector: Vad::new_with_mode(VadMode::Aggressive), rate: 8000, floor: SOFTEST }
    }
}

impl fmt::Debug for VoiceDetector {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VoiceDetector").field("rate", &self.rate).finish_non_exhaustive()
    }
}

impl VoiceDetector {
    /// A frame of 20 ms at 8 or 16 kHz; of another length none has voice.
    pub fn is_voice(&mut self, frame: &[i16]) -> bool {
        let rate = frame.len() as u32 * 50;
        if rate != self.rate {
            match rate {
                8000 => self.detector.set_sample_rate(SampleRate::Rate8kHz),
                16_000 => self.detector.set_sample_rate(SampleRate::Rate16kHz),
                _ => return false,
            }
            self.rate = rate;
        }
        let level = decibels((measure(frame).0 / frame.len().max(1) as f64).sqrt() as f32);
        self.floor = (self.floor + RISE).min(level.max(SOFTEST - ABOVE_FLOOR));
        let voice = self.detector.is_voice_segment(frame).unwrap_or(false);
        voice && level >= self.floor + ABOVE_FLOOR
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Turn {
    Began,
    /// So many frames after it began, the silence that told of its end left out.
    Ended(u32),
}

/// Speech begins with some frames of voice in a row and ends with a silence; what is shorter is passed over.
#[derive(Debug)]
pub struct Speech {
    /// Frames of voice that make a beginning, frames without that make an end.
    onset: u32,
    hangover: u32,
    run: u32,
    silent: u32,
    /// Frames since it began.
    lasted: Option<u32>,
}

impl Speech {
    pub fn new(onset: u32, hangover: u32) -> Self {
        Self { onset: onset.max(1), hangover: hangover.max(1), run: 0, silent: 0, lasted: None }
    }

    pub fn is_on(&self) -> bool {
        self.lasted.is_some()
    }

    pub fn feed(&mut self, voice: bool) -> Option<Turn> {
        if voice {
            self.run = self.run.saturating_add(1);
            self.silent = 0;
        } else {
            self.run = 0;
            self.silent = self.silent.saturating_add(1);
        }
        match &mut self.lasted {
            None if self.run >= self.onset => {
                self.lasted = Some(self.run);
                Some(Turn::Began)
            }
            None => None,
            Some(lasted) => {
                *lasted = lasted.saturating_add(1);
                let spoken = lasted.saturating_sub(self.silent);
                (self.silent >= self.hangover).then(|| {
                    self.lasted = None;
                    Turn::Ended(spoken)
                })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn speech_begins_with_some_voice_and_ends_with_some_silence() {
        let mut speech = Speech::new(3, 5);
        let mut turns = Vec::new();
        for (frame, voice) in "..v.vv.vvvv.v....v......".bytes().map(|b| b == b'v').enumerate() {
            turns.extend(speech.feed(voice).map(|turn| (frame, turn)));
        }
        assert_eq!(turns, [(9, Turn::Began), (22, Turn::Ended(11))]);
    }

    #[test]
    fn silence_and_a_frame_of_odd_length_have_no_voice() {
        let mut detector = VoiceDetector::default();
        for length in [0, 1, 80, 160, 161, 320, 480] {
            assert!(!detector.is_voice(&vec![0; length]));
        }
    }
}
