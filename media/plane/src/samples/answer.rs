//! Who answered: a person greets shortly and waits, a machine speaks on and then beeps. A guess, with its reason.

use super::level::{decibels, measure};

/// Frames of 20 ms in a second.
const SECOND: u32 = 50;
/// Nobody takes longer to greet.
const INITIAL_SILENCE: u32 = 4 * SECOND;
/// A person's greeting is shorter.
const LONG_GREETING: u32 = 2 * SECOND;
/// A silence after which a person waits to be spoken to.
const WAITS: u32 = 8 * SECOND / 10;
/// A pause between two words, and the shortest word.
const PAUSE: u32 = 3;
const WORD: u32 = 5;
const MANY_WORDS: u32 = 5;
const GIVE_UP: u32 = 8 * SECOND;
/// After the guess a beep is waited for as long as greetings last.
const LONGEST_GREETING: u32 = 60 * SECOND;
/// A beep is one tone, this long at least, this loud, and this pure.
const BEEP: u32 = 7;
const BEEP_LEVEL: f32 = -38.0;
const IMPURITY: f32 = 0.02;
const BEEP_HERTZ: std::ops::Range<f32> = 380.0..2200.0;
/// The ringing tone of most of Europe (ETSI TR 101 041-2): a call that is sent on, not a beep.
const RINGING_HERTZ: std::ops::Range<f32> = 410.0..440.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Who {
    Person,
    Machine,
    Unsure,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    ShortGreeting,
    LongGreeting,
    ManyWords,
    Beep,
    NoGreeting,
    Undecided,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Guess {
    pub who: Who,
    pub reason: Reason,
}

/// From the answer on, each frame of what the far end sends.
#[derive(Debug, Default)]
pub struct AnswerGuesser {
    frame: u32,
    /// The frame in which the greeting began.
    greeting: Option<u32>,
    voice: u32,
    silence: u32,
    words: u32,
    decided: bool,
    beeped: bool,
    tone: f32,
    tone_frames: u32,
}

impl AnswerGuesser {
    /// One guess is told, and after it a beep, if one comes.
    pub fn feed(&mut self, frame: &[i16], voice: bool) -> Option<Guess> {
        self.frame = self.frame.saturating_add(1);
        if self.is_over() {
            return None;
        }
        let tone = pure_tone(frame);
        if self.hears_beep(tone) {
            self.beeped = true;
            self.decided = true;
            return Some(Guess { who: Who::Machine, reason: Reason::Beep });
        }
        if self.decided {
            return None;
        }
        // A tone is no word.
        let guess = self.judge(voice && tone.is_none());
        self.decided = guess.is_some();
        guess.map(|(who, reason)| Guess { who, reason })
    }

    pub fn is_over(&self) -> bool {
        self.beeped || self.frame > LONGEST_GREETING
    }

    fn judge(&mut self, voice: bool) -> Option<(Who, Reason)> {
        if voice {
            self.voice += 1;
            self.silence = 0;
            if self.voice == WORD {
                self.words += 1;
                self.greeting.get_or_insert(self.frame.saturating_sub(WORD));
            }
        } else {
            self.silence += 1;
            if self.silence == PAUSE {
                self.voice = 0;
            }
        }
        let Some(began) = self.greeting else {
            return (self.frame >= INITIAL_SILENCE).then_some((Who::Unsure, Reason::NoGreeting));
        };
        let lasted = self.frame - began - self.silence;
        if self.words >= MANY_WORDS {
            Some((Who::Machine, Reason::ManyWords))
        } else if lasted >= LONG_GREETING {
            Some((Who::Machine, Reason::LongGreeting))
        } else if self.silence >= WAITS {
            Some((Who::Person, Reason::ShortGreeting))
        } else {
            (self.frame >= GIVE_UP).then_some((Who::Unsure, Reason::Undecided))
        }
    }

    fn hears_beep(&mut self, tone: Option<f32>) -> bool {
        let hertz = tone.filter(|h| BEEP_HERTZ.contains(h) && !RINGING_HERTZ.contains(h));
        let Some(hertz) = hertz else {
            self.tone_frames = 0;
            return false;
        };
        if (hertz - self.tone).abs() > self.tone * 0.02 {
            self.tone_frames = 0;
        }
        self.tone = hertz;
        self.tone_frames += 1;
        self.tone_frames >= BEEP
    }
}

/// The pitch of a frame that is one tone and loud enough: each of its samples follows from the two before it.
fn pure_tone(frame: &[i16]) -> Option<f32> {
    let (power, _) = measure(frame);
    if decibels((power / frame.len().max(1) as f64).sqrt() as f32) < BEEP_LEVEL {
        return None;
    }
    let (mut product, mut square) = (0.0f32, 1.0f32);
    for w in frame.windows(3) {
        let (a, b, c) = (f32::from(w[0]), f32::from(w[1]), f32::from(w[2]));
        product += b * (a + c);
        square += b * b;
    }
    let twice = product / square;
    let error: f32 = frame
        .windows(3)
        .map(|w| f32::from(w[0]) - twice * f32::from(w[1]) + f32::from(w[2]))
        .map(|e| e * e)
        .sum();
    if error > square * IMPURITY || twice.abs() >= 2.0 {
        return None;
    }
    Some((twice / 2.0).acos() / std::f32::consts::TAU * frame.len() as f32 * 50.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `v` is 100 ms of voice, `.` of silence, `b` of a beep at 1000 Hz, `r` of ringing at 425 Hz.
    fn guesses(script: &str) -> Vec<(usize, Who, Reason)> {
        let mut guesser = AnswerGuesser::default();
        let mut told = Vec::new();
        for (tenth, what) in script.chars().enumerate() {
            for part in 0..5 {
                let hertz = if what == 'r' { 425.0 } else { 1000.0 };
                let step = hertz / 8000.0 * std::f32::consts::TAU;
                let frame: Vec<i16> = (0..160)
                    .map(|i| match what {
                        'b' | 'r' => (((tenth * 5 + part) * 160 + i) as f32 * step).sin() * 4000.0,
                        'v' => ((i * i * 7919) % 6000) as f32 - 3000.0,
                        _ => 0.0,
                    } as i16)
                    .collect();
                told.extend(guesser.feed(&frame, what != '.').map(|g| (tenth, g.who, g.reason)));
            }
        }
        told
    }

    #[test]
    fn a_person_greets_shortly_and_waits() {
        assert_eq!(guesses("....vvvv.vv............"), [(18, Who::Person, Reason::ShortGreeting)]);
    }

    #[test]
    fn a_machine_speaks_on_and_beeps() {
        let told = guesses("...vvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvvv....bbbb....");
        assert_eq!(told, [(22, Who::Machine, Reason::LongGreeting), (43, Who::Machine, Reason::Beep)]);
    }

    #[test]
    fn many_words_are_a_machines() {
        let told = guesses("..vv.vv.vv.vv.vv.vv........");
        assert_eq!(told, [(14, Who::Machine, Reason::ManyWords)]);
    }

    #[test]
    fn silence_is_nobody_for_sure() {
        assert_eq!(guesses(&".".repeat(90)), [(39, Who::Unsure, Reason::NoGreeting)]);
    }

    #[test]
    fn the_ringing_of_a_call_sent_on_is_no_beep_and_no_greeting() {
        assert_eq!(guesses(&"r".repeat(30)), []);
    }
}
