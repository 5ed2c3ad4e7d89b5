//! What the plane tells Python: facts, past tense.

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Event {
    DigitPressed { port: u32, digit: u8, duration: f32 },
    PlaybackFinished { port: u32, playback: u32, completed: bool },
    RtpTimeout { port: u32, silence: f32 },
    RtpStarted { port: u32 },
}
