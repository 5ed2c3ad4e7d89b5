//! The keys of a port: heard as events or as tones, told, passed to a partner, sent as whichever the peer takes.

use super::{Lane, Port};
use crate::codec::Codec;
use crate::command::Connection;
use crate::digits::inband::{InbandDetector, FRAME};
use crate::digits::receiver::{code_of, Carried, DigitReceiver, Press, TelephoneEvent, FLASH};
use crate::digits::sender::{DigitSender, Pace};
use crate::digits::tones::ToneSender;
use crate::event::{Event, Means};
use crate::io::clock::{SLOTS_PER_SECOND, SLOTS_PER_TICK, TICKS_PER_SECOND};
use crate::rtp::{Header, Kind, Packet};
use crate::samples::ear::{Ear, FRAME_MAX};
use crate::samples::resample::Resampler;
use crate::samples::voice::Voice;

const NARROW: u32 = FRAME as u32 * TICKS_PER_SECOND;
const MS_PER_SLOT: u32 = 1000 / SLOTS_PER_SECOND;
/// A key passed on from a partner is pressed as long, and followed by as much silence.
const PASSED_MS: u32 = 100;
const PASSED_GAP_MS: u32 = 60;
/// Presses told at once, at most, and ticks until another one may be: no finger and no dialler is faster for long.
const MOST_PRESSES: u32 = 100;
const TICKS_A_PRESS: u32 = 2;
/// Room for 60 ms of tones at 16 kHz, and for the longest payload that comes of them.
const TONES: usize = 960;
const PAYLOAD: usize = 2 * TONES;

/// How a port hears keys, for its partner.
#[derive(Clone, Copy, Debug)]
pub struct KeysHeard {
    /// Timestamp units a second of its events; None when keys are heard as tones.
    clock: Option<u32>,
    /// A tone that was told still sounds.
    sounds: bool,
}

/// How many presses may be told: a far end that floods us with keys is not to keep all other calls waiting.
#[derive(Debug, Default)]
struct Pressing {
    told: u32,
    since: u32,
}

impl Pressing {
    fn allows(&mut self, tick: u32) -> bool {
        let forgiven = tick.wrapping_sub(self.since) / TICKS_A_PRESS;
        self.since = self.since.wrapping_add(forgiven.wrapping_mul(TICKS_A_PRESS));
        self.told = self.told.saturating_sub(forgiven);
        let is_allowed = self.told < MOST_PRESSES;
        self.told += u32::from(is_allowed);
        is_allowed
    }
}

/// What hears keys in the sound.
struct Listening {
    ear: Ear,
    detector: InbandDetector,
    resampler: Resampler,
    rate: u32,
    /// The slot of the next 20 ms.
    due: u32,
}

/// What sounds keys towards a peer that takes no events.
struct Sounding {
    tones: ToneSender,
    voice: Voice,
}

/// All that a port has for keys; made when the stream is set up.
#[derive(Default)]
pub(super) struct Keys {
    received: DigitReceiver,
    pressing: Pressing,
    sender: DigitSender,
    listening: Option<Box<Listening>>,
    sounding: Option<Box<Sounding>>,
    /// A press that the partner has not been told.
    passing: Option<u8>,
}

impl Keys {
    pub fn connect(&mut self, connection: &Connection, beat: u32) {
        match (&self.listening, connection.inband && connection.receiving) {
            (None, true) => self.listening = Some(Box::new(Listening::new(connection.sends.codec, beat))),
            (Some(_), false) => self.listening = None,
            _ => {}
        }
        let (codec, ptime) = (connection.sends.codec, connection.period * MS_PER_SLOT);
        match (&mut self.sounding, connection.events) {
            (_, Some(_)) => self.sounding = None,
            (Some(sounding), None) if sounding.voice.codec() == codec => {}
            (sounding, None) => {
                let voice = Voice::new(codec, ptime);
                *sounding = Some(Box::new(Sounding { tones: ToneSender::default(), voice }));
            }
        }
    }

    pub fn is_sending(&self) -> bool {
        !self.sender.is_done() || self.sounding.as_ref().is_some_and(|sounding| !sounding.tones.is_done())
    }
}

impl Listening {
    fn new(codec: Codec, beat: u32) -> Self {
        let (detector, resampler) = (InbandDetector::new(), Resampler::Same);
        Self { ear: Ear::new(codec), detector, resampler, rate: NARROW, due: beat }
    }

    /// The next 20 ms.
    fn hear(&mut self, now_ms: u64) -> Option<Press> {
        let (mut sound, mut narrow) = ([0; FRAME_MAX], [0; FRAME]);
        let heard = self.ear.pull(&mut sound, now_ms);
        if heard.rate != self.rate {
            self.rate = heard.rate;
            self.resampler = Resampler::new(heard.rate, NARROW);
        }
        self.resampler.process(&sound[..heard.samples().min(FRAME_MAX)], &mut narrow);
        self.detector.hear(&narrow)
    }
}

impl Port {
    /// Press keys after those already waiting; sound is suspended meanwhile.
    pub fn send_digits(&mut self, codes: impl IntoIterator<Item = u8>, press_ms: u32, gap_ms: u32) {
        match &mut self.keys.sounding {
            Some(sounding) => sounding.tones.press(codes, press_ms, gap_ms),
            None => self.keys.sender.press(codes, press_ms, gap_ms),
        }
    }

    // ---- in ----

    /// A packet of an event.
    pub(super) fn hear_digit(&mut self, packet: &Packet, lane: &mut Lane) {
        let Some(event) = TelephoneEvent::parse(packet.payload) else { return };
        let now = f64::from(lane.tick) / f64::from(TICKS_PER_SECOND);
        let Packet { ssrc, sequence, timestamp, marker, .. } = *packet;
        let clock = self.connection.and_then(|c| c.events).map_or(NARROW, |events| events.clock);
        let carried = Carried { ssrc, sequence, timestamp, marker, event };
        if let Some(press) = self.keys.received.feed(carried, clock, now) {
            self.tell_press(press, Some(clock), lane);
        }
    }

    /// A packet of sound, for whoever hears keys in it.
    pub(super) fn hear_tones(&mut self, packet: &Packet, codec: Codec, now_ms: u64) {
        if let Some(listening) = &mut self.keys.listening {
            let Packet { ssrc, sequence, timestamp, marker, payload, .. } = *packet;
            listening.ear.push(ssrc, sequence, timestamp, marker, codec, payload, now_ms);
        }
    }

    /// What was heard since the last tick.
    pub(super) fn tick_tones(&mut self, lane: &mut Lane) {
        let Some(listening) = &mut self.keys.listening else { return };
        let late = lane.beat.wrapping_sub(listening.due) as i32;
        if late < 0 {
            return;
        }
        let next = if late as u32 >= SLOTS_PER_TICK { lane.beat } else { listening.due };
        listening.due = next.wrapping_add(SLOTS_PER_TICK);
        if let Some(press) = listening.hear(lane.now_ms) {
            self.tell_press(press, None, lane);
        }
    }

    fn tell_press(&mut self, Press { digit, duration }: Press, clock: Option<u32>, lane: &mut Lane) {
        if !self.keys.pressing.allows(lane.tick) {
            return;
        }
        self.counters.digits_in.add(1);
        let means = if clock.is_some() { Means::Event } else { Means::Tone };
        lane.events.send(match digit {
            FLASH => Event::HookFlash { port: self.id },
            digit => Event::DigitPressed { port: self.id, digit, duration, means },
        });
        self.note_key();
        // What is pressed in a secure span is told to nobody else.
        self.keys.passing = code_of(digit).filter(|_| !self.span.is_closed());
    }

    // ---- to a partner ----

    pub fn keys_heard(&self) -> KeysHeard {
        let sounds = self.keys.listening.as_ref().is_some_and(|listening| listening.detector.is_held());
        KeysHeard { clock: self.clock_of_events(), sounds }
    }

    /// The press to pass on: taken as soon as it is heard, or never.
    pub fn take_press(&mut self) -> Option<(u8, KeysHeard)> {
        Some((self.keys.passing.take()?, self.keys_heard()))
    }

    fn clock_of_events(&self) -> Option<u32> {
        self.connection.and_then(|connection| connection.events).map(|events| events.clock)
    }

    /// Whether a partner's packet stays here, because its key is told in another way.
    pub fn says_otherwise(&self, keys: KeysHeard, kind: Kind) -> bool {
        match kind {
            Kind::Digit => self.clock_of_events() != keys.clock,
            Kind::Audio(_) => keys.sounds && self.takes_events(),
            Kind::Noise | Kind::Unknown => false,
        }
    }

    fn takes_events(&self) -> bool {
        self.clock_of_events().is_some()
    }

    /// Press a key that a partner pressed, unless its own packets tell it: as they are where the clock is the same,
    /// and `in_room` under any clock.
    pub fn press_again(&mut self, code: u8, keys: KeysHeard, in_room: bool) {
        let is_told = match (keys.clock, self.clock_of_events()) {
            (Some(theirs), Some(ours)) => in_room || theirs == ours,
            (theirs, ours) => theirs == ours,
        };
        if !is_told && self.connection.is_some_and(|c| c.sending) && self.player.is_none() {
            self.send_digits([code], PASSED_MS, PASSED_GAP_MS);
        }
    }

    /// A partner's packet that does not go out.
    pub fn withhold(&mut self, packet: &Packet) {
        self.relay.skip(packet);
    }

    // ---- out ----

    pub(super) fn tick_digits(&mut self, connection: &Connection, lane: &mut Lane) {
        self.relay.desync();
        match connection.events {
            Some(events) => self.send_event(events.sends, events.clock, connection, lane),
            None => self.send_tones(connection, lane),
        }
        if !self.keys.is_sending() {
            self.out.interrupt();
        }
    }

    fn send_event(&mut self, payload_type: u8, clock: u32, connection: &Connection, lane: &mut Lane) {
        let pace = Pace { clock, step: clock / SLOTS_PER_SECOND * connection.period };
        let packet = self.keys.sender.next(self.out.timestamp_at(lane.beat), pace);
        if let Some(packet) = packet.filter(|_| connection.sending) {
            let header = Header {
                marker: packet.marker,
                payload_type,
                sequence: self.out.next_sequence(),
                timestamp: packet.timestamp,
            };
            self.out.sent(header.sequence, header.timestamp);
            self.counters.digits_out.add(u64::from(packet.marker));
            self.send(header, &packet.payload, connection, lane);
        }
    }

    fn send_tones(&mut self, connection: &Connection, lane: &mut Lane) {
        // Keys that waited as events when the peer stopped taking those.
        let waiting = self.keys.sender.take();
        let Some(Sounding { tones, voice }) = self.keys.sounding.as_deref_mut() else { return };
        tones.press(waiting, PASSED_MS, PASSED_GAP_MS);
        let rate = connection.sends.codec.sample_rate();
        let samples = (rate / 1000 * connection.period * MS_PER_SLOT) as usize;
        let (mut frame, mut payload) = ([0; TONES], [0; PAYLOAD]);
        let frame = &mut frame[..samples.min(TONES)];
        self.counters.digits_out.add(u64::from(tones.fill(frame, rate)));
        voice.push(frame, rate);
        let length = voice.next(&mut payload);
        if tones.is_done() {
            voice.clear();
        }
        if let Some(payload) = length.and_then(|length| payload.get(..length)).filter(|_| connection.sending)
        {
            let timestamp = self.out.timestamp_at(lane.beat);
            let header = self.out.next(connection.sends.payload_type, timestamp);
            self.send(header, payload, connection, lane);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flood_of_presses_is_told_in_part_and_a_fast_dialler_wholly() {
        let mut pressing = Pressing::default();
        let told = |pressing: &mut Pressing, from: u32, ticks: u32, each: u32| -> u32 {
            let presses = (0..ticks).flat_map(|tick| (0..each).map(move |_| from.wrapping_add(tick)));
            presses.map(|tick| u32::from(pressing.allows(tick))).sum()
        };
        assert_eq!(told(&mut pressing, u32::MAX - 20, 1, 1), 1);
        let flood = told(&mut pressing, u32::MAX - 20, 500, 400);
        assert!((340..360).contains(&flood), "{flood}");
        assert_eq!(told(&mut pressing, 10_000, 1, 80), 80);
        let dialler = (0..1000).filter(|press| pressing.allows(20_000 + 4 * press)).count();
        assert_eq!(dialler, 1000);
    }
}
