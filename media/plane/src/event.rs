//! What the plane tells Python: facts, past tense.

use crate::samples::answer::Guess;
use crate::secure::dtls::Failure;
use crate::secure::srtp::Suite;

/// How a key was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Means {
    /// By a telephone event (RFC 4733).
    Event,
    /// By its tones in the sound.
    Tone,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    DigitPressed {
        port: u32,
        digit: u8,
        duration: f32,
        means: Means,
    },
    HookFlash {
        port: u32,
    },
    PlaybackFinished {
        port: u32,
        playback: u32,
        completed: bool,
    },
    RtpTimeout {
        port: u32,
        silence: f32,
    },
    RtpStarted {
        port: u32,
    },
    MediaSecured {
        port: u32,
        suite: Suite,
    },
    MediaFailed {
        port: u32,
        failure: Failure,
    },
    /// Its outcome can be asked for.
    RecordingOver {
        port: u32,
        recording: u32,
    },
    /// The recorder could not keep up; told once.
    RecordingOverrun {
        port: u32,
        recording: u32,
    },
    SpeechStarted {
        port: u32,
    },
    SpeechEnded {
        port: u32,
        seconds: f32,
    },
    DeadAir {
        port: u32,
        silence: f32,
    },
    OneWayAudio {
        port: u32,
        silence: f32,
    },
    AnswerGuessed {
        port: u32,
        guess: Guess,
    },
}
