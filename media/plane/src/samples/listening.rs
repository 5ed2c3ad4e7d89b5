//! Listening to a port on demand: who speaks and for how long, how loud, dead air, audio in one direction only.

use super::answer::{AnswerGuesser, Guess};
use super::decoded::Made;
use super::level::{decibels, measure, Level, Meter};
use super::voice_activity::{Speech, Turn, VoiceDetector};

/// Frames of voice in a row that begin speech: 60 ms.
const ONSET: u32 = 3;
/// A pause that parts no talk in the shares: 300 ms.
const BREATH: u32 = 15;
/// Below this a microphone is off, or the line is dead.
const DEAD_LEVEL: f32 = -75.0;
/// How long the near side must have talked to one who never answers: 2 s.
const TALKED: u32 = 100;

/// What is to be told, in frames of 20 ms; 0 is never.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Wanted {
    /// Tell of speech that began, and that it ended after so much silence.
    pub hangover: u32,
    pub dead_air: u32,
    pub one_way: u32,
    /// Guess who answered, from now on.
    pub answer: bool,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Report {
    SpeechStarted,
    /// It lasted so many frames.
    SpeechEnded(u32),
    DeadAir(u32),
    OneWayAudio(u32),
    Answer(Guess),
}

/// Frames of 20 ms in which either side, both or none of them talked.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shares {
    pub far: u64,
    pub near: u64,
    pub both: u64,
    pub none: u64,
}

/// What else is known of the 20 ms.
#[derive(Clone, Copy, Debug)]
pub struct Moment {
    pub made: Made,
    /// What we send this port is talk, or a prompt.
    pub near: bool,
    /// We may expect to hear something: the stream is not on hold.
    pub expected: bool,
}

#[derive(Debug)]
pub struct Listener {
    wanted: Wanted,
    detector: VoiceDetector,
    /// With the hangover that was asked for, and with that of a breath.
    speech: Speech,
    talk: Speech,
    meter: Meter,
    answer: Option<Box<AnswerGuesser>>,
    pub shares: Shares,
    pub level: Option<Level>,
    silent: u32,
    deaf: u32,
    /// Frames of near talk since the far end was last known to be alive.
    unanswered: u32,
    /// The microphone was on at some time.
    alive: bool,
    /// One-way audio was told, and nothing has been heard since.
    told: bool,
}

impl Listener {
    pub fn new(wanted: Wanted) -> Self {
        Self {
            wanted,
            detector: VoiceDetector::default(),
            speech: Speech::new(ONSET, wanted.hangover),
            talk: Speech::new(ONSET, BREATH),
            meter: Meter::default(),
            answer: wanted.answer.then(Box::default),
            shares: Shares::default(),
            level: None,
            silent: 0,
            deaf: 0,
            unanswered: 0,
            alive: false,
            told: false,
        }
    }

    /// Something else is to be told; what was measured is kept.
    pub fn want(&mut self, wanted: Wanted) {
        if wanted.hangover != self.wanted.hangover {
            self.speech = Speech::new(ONSET, wanted.hangover);
        }
        if wanted.answer && !self.wanted.answer {
            self.answer = Some(Box::default());
        }
        self.wanted = wanted;
    }

    pub fn wanted(&self) -> Wanted {
        self.wanted
    }

    /// Whether the far end talks now.
    pub fn is_talking(&self) -> bool {
        self.talk.is_on()
    }

    /// Hear 20 ms.
    pub fn hear(&mut self, frame: &[i16], moment: Moment, tell: &mut impl FnMut(Report)) {
        let voice = moment.made >= Made::Sound && self.detector.is_voice(frame);
        self.talk.feed(voice);
        match self.speech.feed(voice) {
            Some(Turn::Began) if self.wanted.hangover > 0 => tell(Report::SpeechStarted),
            Some(Turn::Ended(frames)) if self.wanted.hangover > 0 => tell(Report::SpeechEnded(frames)),
            _ => {}
        }
        if let Some(level) = self.meter.feed(frame) {
            self.level = Some(level);
        }
        if let Some(guesser) = &mut self.answer {
            if let Some(guess) = guesser.feed(frame, voice) {
                tell(Report::Answer(guess));
            }
            if guesser.is_over() {
                self.answer = None;
            }
        }
        self.share(moment.near);
        self.watch_dead_air(moment, tell);
        self.watch_direction(frame, moment, tell);
    }

    fn share(&mut self, near: bool) {
        let shares = &mut self.shares;
        let share = match (self.talk.is_on(), near) {
            (true, true) => &mut shares.both,
            (true, false) => &mut shares.far,
            (false, true) => &mut shares.near,
            (false, false) => &mut shares.none,
        };
        *share += 1;
    }

    /// Told once for each silence.
    fn watch_dead_air(&mut self, moment: Moment, tell: &mut impl FnMut(Report)) {
        if self.talk.is_on() || moment.near || !moment.expected {
            self.silent = 0;
            return;
        }
        self.silent = self.silent.saturating_add(1);
        if self.silent == self.wanted.dead_air {
            tell(Report::DeadAir(self.silent));
        }
    }

    /// We talk and nothing comes: no packets, or from the beginning a microphone that is off. A far end that was
    /// heard may be quiet, muted too, and one that describes its silence is there.
    fn watch_direction(&mut self, frame: &[i16], moment: Moment, tell: &mut impl FnMut(Report)) {
        let there = match moment.made {
            Made::Silence => false,
            Made::Noise => true,
            Made::Sound | Made::Concealed => self.alive || !is_dead(frame),
        };
        self.alive |= there;
        if there || !moment.expected {
            self.deaf = 0;
            self.unanswered = 0;
            self.told = false;
            return;
        }
        self.deaf = self.deaf.saturating_add(1);
        self.unanswered = self.unanswered.saturating_add(u32::from(moment.near));
        let limit = self.wanted.one_way;
        let over = limit > 0 && self.deaf >= limit && self.unanswered >= TALKED.min(limit);
        if over && !self.told {
            self.told = true;
            tell(Report::OneWayAudio(self.deaf));
        }
    }
}

fn is_dead(frame: &[i16]) -> bool {
    let (power, _) = measure(frame);
    decibels((power / frame.len().max(1) as f64).sqrt() as f32) < DEAD_LEVEL
}

#[cfg(test)]
mod tests;
