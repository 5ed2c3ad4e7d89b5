//! A port's ear and who listens at it: only while somebody wants to know what is said there.

use std::sync::atomic::Ordering::Relaxed;

use super::{Lane, Port};
use crate::codec::Codec;
use crate::counters::Listened;
use crate::event::Event;
use crate::io::clock::TICKS_PER_SECOND;
use crate::rtp::{Kind, Packet};
use crate::samples::ear::{Ear, FRAME_MAX};
use crate::samples::jitter::{Content, Incoming};
use crate::samples::listening::{Listener, Moment, Report, Wanted};

/// Made where the command comes from, so that the port's thread need not.
#[derive(Debug)]
pub struct Hearing {
    ear: Ear,
    listener: Listener,
    /// The tick whose sound was heard last.
    tick: Option<u32>,
}

impl Hearing {
    pub fn new(wanted: Wanted) -> Self {
        Self { ear: Ear::new(Codec::Pcmu), listener: Listener::new(wanted), tick: None }
    }

    pub fn take(&mut self, packet: &Packet, kind: Kind, now_ms: u64) {
        let content = match kind {
            Kind::Audio(codec) => Content::Sound(codec),
            Kind::Noise => Content::Noise,
            Kind::Digit | Kind::Unknown => return,
        };
        let Packet { ssrc, sequence, timestamp, marker, payload, .. } = *packet;
        self.ear.take(&Incoming { ssrc, sequence, timestamp, marker, content, payload }, now_ms);
    }

    fn publish(&self, listened: &Listened) {
        let shares = self.listener.shares;
        listened.far.set(shares.far);
        listened.near.set(shares.near);
        listened.both.set(shares.both);
        listened.none.set(shares.none);
        let counts = self.ear.counts();
        listened.late.set(counts.late + counts.dropped);
        listened.concealed.set(self.ear.concealed());
        listened.wait.store(self.ear.wait_ms(), Relaxed);
        if let Some(level) = self.listener.level {
            listened.level.set(level.rms);
            listened.peak.set(level.peak);
        }
    }
}

impl Port {
    pub fn listen(&mut self, hearing: Option<Box<Hearing>>) {
        match (&mut self.hearing, hearing) {
            (Some(present), Some(new)) => present.listener.want(new.listener.wanted()),
            (present, new) => *present = new,
        }
    }

    /// Whether anybody listens.
    pub fn is_heard(&self) -> bool {
        self.hearing.is_some()
    }

    /// Whether what comes from here is talk, as far as anybody listens.
    pub fn is_talking(&self) -> bool {
        self.hearing.as_ref().is_some_and(|hearing| hearing.listener.is_talking())
    }

    /// Hear a tick's sound. `others_talk` tells of those it is in a room with.
    pub fn hear_tick(&mut self, others_talk: bool, lane: &mut Lane) {
        let (Some(hearing), Some(connection)) = (&mut self.hearing, self.connection) else {
            return;
        };
        if hearing.tick.replace(lane.tick) == Some(lane.tick) {
            return;
        }
        let mut frame = [0; FRAME_MAX];
        let heard = hearing.ear.pull(&mut frame, lane.now_ms);
        let plays = self.player.as_ref().is_some_and(|player| !player.rests());
        // A stream on hold is no silence of people.
        let expected = connection.receiving && connection.sending;
        let moment = Moment { made: heard.made, near: plays || others_talk, expected };
        let (port, events) = (self.id, &mut lane.events);
        hearing.listener.hear(&frame[..heard.samples()], moment, &mut |report| {
            events.send(event_of(port, report));
        });
        hearing.publish(&self.counters.listened);
    }
}

fn event_of(port: u32, report: Report) -> Event {
    match report {
        Report::SpeechStarted => Event::SpeechStarted { port },
        Report::SpeechEnded(ticks) => Event::SpeechEnded { port, seconds: seconds(ticks) },
        Report::DeadAir(ticks) => Event::DeadAir { port, silence: seconds(ticks) },
        Report::OneWayAudio(ticks) => Event::OneWayAudio { port, silence: seconds(ticks) },
        Report::Answer(guess) => Event::AnswerGuessed { port, guess },
    }
}

fn seconds(ticks: u32) -> f32 {
    ticks as f32 / TICKS_PER_SECOND as f32
}
