//! A room: members who hear each other by their roles, each by another's packets where that is all it hears, else
//! by a mix. What each hears changes by itself as they come, go and change, and never with a click.
//!
//! A mix begins when the voice that was heard as packets can be heard from its ear: the last packet fades out, the
//! mix fades in. It ends the other way round.

mod member;

pub use member::{Member, Stream};

use super::ear::{Ear, Made, FRAME_MAX};
use super::fade::Fade;
use super::jitter::Incoming;
use super::mixer::{Mixer, FRAME, MOST_MEMBERS};
use super::resample::Resampler;
use super::roles::{path_of, Path, Role};
use super::voice::Voice;
use crate::codec::Codec;

/// Ticks that a mix waits for an ear to begin, at most: a far end may be silent.
const PATIENCE: u8 = 15;
/// Ticks in which an encoder follows the mix before it is heard.
const PREPARATION: u8 = 2;

/// Where the packets of a member go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goes {
    Nowhere,
    /// To one port alone, and nowhere else.
    To(usize),
    /// To some as they are (then each counts at once), and perhaps to an ear.
    Around {
        at_once: bool,
    },
}

#[derive(Debug)]
pub struct Room {
    pub id: u32,
    /// It ends with its last conversation: nobody asked for it by itself.
    pub passing: bool,
    /// The slot of the tick in which it is mixed, if it is.
    pub slot: Option<usize>,
    seats: Vec<Option<Member>>,
    mixer: Mixer,
    rate: u32,
}

impl Room {
    pub fn new(id: u32, passing: bool) -> Self {
        Self { id, passing, slot: None, seats: Vec::new(), mixer: Mixer::default(), rate: 8000 }
    }

    fn members(&self) -> impl Iterator<Item = (usize, &Member)> {
        self.seats.iter().enumerate().filter_map(|(seat, member)| Some((seat, member.as_ref()?)))
    }

    pub fn places(&self) -> impl Iterator<Item = usize> + '_ {
        self.members().map(|(_, member)| member.place)
    }

    pub fn seat_of(&self, place: usize) -> Option<usize> {
        self.members().find(|(_, member)| member.place == place).map(|(seat, _)| seat)
    }

    pub fn len(&self) -> usize {
        self.members().count()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Whether it has to be ticked: somebody hears a mix, or soon will.
    pub fn is_mixing(&self) -> bool {
        self.members().any(|(_, member)| member.mixes())
    }

    /// False when all seats are taken.
    pub fn join(&mut self, member: Member) -> bool {
        let seat = self.seats.iter().position(Option::is_none).unwrap_or(self.seats.len());
        if seat >= MOST_MEMBERS {
            return false;
        }
        if seat == self.seats.len() {
            self.seats.push(None);
        }
        self.mixer.clear(seat);
        self.seats[seat] = Some(member);
        self.review();
        true
    }

    pub fn leave(&mut self, place: usize) {
        if let Some(seat) = self.seat_of(place) {
            self.seats[seat] = None;
            self.mixer.clear(seat);
            self.review();
        }
    }

    pub fn set_role(&mut self, place: usize, role: Role, gain: i16) {
        if let Some(member) = self.seats.iter_mut().flatten().find(|member| member.place == place) {
            member.standing.role = role;
            member.standing.gain = gain;
            self.review();
        }
    }

    /// A member's stream runs otherwise than before.
    pub fn set_stream(&mut self, place: usize, stream: Stream) {
        let Some(member) = self.seats.iter_mut().flatten().find(|member| member.place == place) else {
            return;
        };
        if member.stream != stream {
            if (member.stream.hears, member.stream.packet_ms) != (stream.hears, stream.packet_ms) {
                member.voice = None;
            }
            member.stream = stream;
            member.standing.secured = stream.secured;
            self.review();
        }
    }

    /// Weigh anew what each is to hear, and make or drop what that needs.
    fn review(&mut self) {
        for seat in 0..self.seats.len() {
            let Some(member) = &self.seats[seat] else { continue };
            let to = member.stream.hears;
            let passes = |from: usize| {
                self.seats[from].as_ref().is_some_and(|other| is_alike(other.stream.speaks, to))
            };
            let all = self.members().map(|(seat, member)| (seat, member.standing));
            let wanted = path_of(&member.standing, all, passes);
            let is_cut = match member.path {
                Path::Direct(from) => self.seats[from].as_ref().is_none_or(|from| from.standing.secured),
                _ => true,
            };
            let Some(member) = &mut self.seats[seat] else { continue };
            if member.wanted != wanted {
                (member.wanted, member.waited) = (wanted, 0);
            }
            // A voice that was secured, or is gone, is not waited for.
            if member.path != wanted && member.path != Path::Mixed && (wanted != Path::Mixed || is_cut) {
                member.turn();
            }
        }
        self.equip();
    }

    fn equip(&mut self) {
        let is_mixing = self.is_mixing();
        let wide = self.members().filter(|(_, m)| m.stream.hears.sample_rate() > 8000).count();
        self.rate = if wide > 1 { 16_000 } else { 8000 };
        if is_mixing {
            self.mixer.seats(self.seats.len());
        }
        for seat in 0..self.seats.len() {
            let Some(member) = &self.seats[seat] else { continue };
            let standing = member.standing;
            let is_mixed = self.members().any(|(_, m)| m.mixes() && standing.is_heard_by(&m.standing));
            let aside = match standing.role {
                Role::Whisperer { towards } => {
                    self.members().find(|(_, m)| m.standing.port == towards).map(|(seat, _)| seat)
                }
                _ => None,
            };
            self.mixer.set(seat, standing.role == Role::Talker, aside, standing.gain);
            self.mixer.secure(seat, standing.secured);
            let Some(member) = &mut self.seats[seat] else { continue };
            let hears_mix = if member.path == Path::Mixed { !member.ending } else { member.prepares() };
            self.mixer.listen(seat, hears_mix);
            if !is_mixed {
                (member.ear, member.is_heard) = (None, false);
            } else if member.ear.is_none() {
                member.ear = Some(Box::new(Ear::new(member.stream.speaks)));
            }
            if !member.mixes() {
                member.voice = None;
            } else if member.voice.is_none() {
                member.voice = Some(Box::new(Voice::new(member.stream.hears, member.stream.packet_ms)));
            }
        }
    }

    // ---- packets ----

    pub fn goes(&self, seat: usize) -> Goes {
        let mut hearers = self.members().filter(|(_, member)| member.path == Path::Direct(seat));
        let has_ear = self.seats.get(seat).and_then(Option::as_ref).is_some_and(|m| m.ear.is_some());
        match (hearers.next(), hearers.next(), has_ear) {
            (Some((_, hearer)), None, false) => Goes::To(hearer.place),
            (None, _, false) if !self.is_mixing() => Goes::Nowhere,
            (first, ..) => Goes::Around { at_once: first.is_some() },
        }
    }

    /// The ports that hear a member's packets as they are.
    pub fn hearers(&self, seat: usize) -> impl Iterator<Item = usize> + '_ {
        self.members().filter(move |(_, m)| m.path == Path::Direct(seat)).map(|(_, member)| member.place)
    }

    /// Whose streams have to be joined anew to those they hear.
    pub fn joining(&mut self) -> impl Iterator<Item = usize> + '_ {
        let joins = |member: &mut Member| std::mem::take(&mut member.joins).then_some(member.place);
        self.seats.iter_mut().flatten().filter_map(joins)
    }

    /// The one that a member of two talks with, where that one hears a mix: its keys are told as events all the same.
    pub fn partner(&self, seat: usize) -> Option<usize> {
        self.other_talker(seat).filter(|other| other.path == Path::Mixed).map(|other| other.place)
    }

    /// The one that a member of two talks with.
    pub fn other_talker(&self, seat: usize) -> Option<&Member> {
        let mut talkers = self.members().filter(|(_, member)| member.standing.role == Role::Talker);
        let (first, second) = (talkers.next()?, talkers.next()?);
        match (talkers.next(), first.0 == seat, second.0 == seat) {
            (None, true, _) => Some(second.1),
            (None, _, true) => Some(first.1),
            _ => None,
        }
    }

    /// A packet of sound or comfort noise came from a member.
    pub fn hear(&mut self, seat: usize, packet: &Incoming, now_ms: u64) {
        if let Some(ear) = self.seats.get_mut(seat).and_then(Option::as_mut).and_then(|m| m.ear.as_mut()) {
            ear.take(packet, now_ms);
        }
    }

    /// A key was pressed that nobody may hear.
    pub fn blip(&mut self, seat: usize) {
        self.mixer.blip(seat);
    }

    // ---- the tick ----

    /// Take 20 ms from each ear and mix them; `look` sees each frame, with its member's place and its rate.
    pub fn mix(&mut self, now_ms: u64, mut look: impl FnMut(usize, &[i16], u32)) {
        self.mixer.begin(self.rate);
        let mut frame = [0; FRAME_MAX];
        let mut suited = [0; FRAME];
        for (seat, member) in self.seats.iter_mut().enumerate() {
            let Some(member) = member else { continue };
            let Some(ear) = &mut member.ear else { continue };
            let heard = ear.pull(&mut frame, now_ms);
            let frame = &frame[..heard.samples().min(FRAME_MAX)];
            look(member.place, frame, heard.rate);
            member.is_heard |= heard.made == Made::Sound;
            if heard.made == Made::Silence {
                continue;
            }
            let rates = (heard.rate, self.rate);
            if member.rates != rates {
                (member.suiting, member.rates) = (Resampler::new(rates.0, rates.1), rates);
            }
            let count = member.suiting.process(frame, &mut suited).min(FRAME);
            self.mixer.speak(seat, &suited[..count]);
        }
    }

    /// Seat and place of those who hear the mix, or soon will, and whether they do.
    pub fn listeners(&self) -> impl Iterator<Item = (usize, usize, bool)> + '_ {
        let listens = |&(_, member): &(usize, &Member)| member.path == Path::Mixed || member.prepares();
        self.members().filter(listens).map(|(seat, m)| (seat, m.place, m.path == Path::Mixed))
    }

    /// Hand a member its share of the mix; what comes of it is taken by `payload`. `lost` is the percent of packets
    /// that it misses.
    pub fn say(&mut self, seat: usize, lost: u8) {
        let mut frame = [0; FRAME];
        let samples = self.rate as usize / 50;
        self.mixer.hear(seat, &mut frame[..samples]);
        if let Some(voice) = self.seats[seat].as_mut().and_then(|member| member.voice.as_mut()) {
            voice.expect_loss(lost);
            voice.push(&frame[..samples], self.rate);
        }
    }

    pub fn payload(&mut self, seat: usize, out: &mut [u8]) -> Option<usize> {
        self.seats[seat].as_mut()?.voice.as_mut()?.next(out)
    }

    /// A member hears something else meanwhile, its own playback.
    pub fn pause(&mut self, seat: usize) {
        if let Some(voice) = self.seats[seat].as_mut().and_then(|member| member.voice.as_mut()) {
            voice.clear();
        }
    }

    /// Move each on towards what it is to hear. Tells whose next packet is to be faded, and whether anything changed.
    pub fn advance(&mut self, mut fade: impl FnMut(usize, Fade)) -> bool {
        let mut changed = false;
        for seat in 0..self.seats.len() {
            let Some(member) = &self.seats[seat] else { continue };
            if member.path == member.wanted && !member.ending {
                continue;
            }
            let may_begin = match member.path {
                Path::Direct(from) => {
                    let is_heard = self.seats[from].as_ref().is_none_or(|from| from.is_heard);
                    member.waited >= if is_heard { PREPARATION } else { PATIENCE }
                }
                _ => true,
            };
            let Some(member) = &mut self.seats[seat] else { continue };
            member.waited = member.waited.saturating_add(1);
            changed |= member.step(may_begin, &mut fade);
        }
        if changed {
            self.equip();
        }
        changed
    }
}

/// Whether packets of one codec can be had from those of another without decoding.
fn is_alike(from: Codec, to: Codec) -> bool {
    from == to || from.table_to(to).is_some()
}

#[cfg(test)]
mod tests;
