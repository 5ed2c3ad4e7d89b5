//! The rooms of a thread: who is in which, where the packets of their members go, and their tick.

use std::collections::HashMap;
use std::os::fd::AsRawFd;

use super::Engine;
use crate::io::clock::SLOTS;
use crate::io::socket::MTU;
use crate::port::{Feeds, Lane, Port};
use crate::rtp::{Kind, Packet};
use crate::samples::jitter::{Content, Incoming};
use crate::samples::mixer::MOST_MEMBERS;
use crate::samples::roles::Role;
use crate::samples::room::{Goes, Member, Room};

#[derive(Default)]
pub(super) struct Rooms {
    list: Vec<Option<Box<Room>>>,
    by_id: HashMap<u32, usize>,
    vacant: Vec<usize>,
    /// Which are mixed in each slot.
    pub due: [Vec<usize>; SLOTS],
}

/// Some members of a room, kept aside while it is worked on.
struct Few<T> {
    items: [T; MOST_MEMBERS],
    count: usize,
}

impl<T: Copy> Few<T> {
    fn of(items: impl Iterator<Item = T>, empty: T) -> Self {
        let mut few = Self { items: [empty; MOST_MEMBERS], count: 0 };
        for item in items.take(MOST_MEMBERS) {
            few.items[few.count] = item;
            few.count += 1;
        }
        few
    }

    fn each(self) -> impl Iterator<Item = T> {
        self.items.into_iter().take(self.count)
    }
}

impl Rooms {
    fn get(&mut self, index: usize) -> Option<&mut Room> {
        self.list.get_mut(index)?.as_deref_mut()
    }

    fn find(&mut self, id: u32) -> Option<usize> {
        self.by_id.get(&id).copied()
    }

    /// The place of the one a member of two talks with.
    pub fn other_talker(&mut self, index: usize, place: usize) -> Option<usize> {
        let room = self.get(index)?;
        room.other_talker(room.seat_of(place)?).map(|other| other.place)
    }

    fn open(&mut self, id: u32, passing: bool) -> usize {
        if let Some(index) = self.find(id) {
            return index;
        }
        let index = self.vacant.pop().unwrap_or_else(|| {
            self.list.push(None);
            self.list.len() - 1
        });
        self.list[index] = Some(Box::new(Room::new(id, passing)));
        self.by_id.insert(id, index);
        index
    }

    fn forget(&mut self, index: usize) {
        if let Some(room) = self.list.get_mut(index).and_then(Option::take) {
            self.by_id.remove(&room.id);
            self.reseat(index, room.slot, None);
            self.vacant.push(index);
        }
    }

    fn reseat(&mut self, index: usize, before: Option<usize>, after: Option<usize>) {
        if let Some(slot) = before {
            self.due[slot].retain(|&room| room != index);
        }
        if let Some(slot) = after {
            self.due[slot].push(index);
        }
    }

    /// A packet of a member: at once to those who hear it as it is, and to its ear.
    pub fn pass(
        &mut self,
        index: usize,
        (place, passes): (usize, bool),
        (packet, kind): (&Packet, Kind),
        ports: &mut [Option<Box<Port>>],
        lane: &mut Lane,
    ) {
        let Some(room) = self.get(index) else { return };
        let Some(seat) = room.seat_of(place) else { return };
        if passes {
            for hearer in room.hearers(seat) {
                if let Some(Some(hearer)) = ports.get_mut(hearer) {
                    hearer.forward(packet, kind, lane);
                }
            }
        }
        let content = match kind {
            Kind::Audio(codec) => Content::Sound(codec),
            Kind::Noise => Content::Noise,
            Kind::Digit => {
                let clock = ports.get(place).and_then(Option::as_ref).map_or(0, |port| port.event_clock());
                let partner = room.partner(seat).filter(|_| passes);
                if let Some(Some(partner)) = partner.and_then(|partner| ports.get_mut(partner)) {
                    partner.tell_event(packet, clock, lane);
                }
                return;
            }
            Kind::Unknown => return,
        };
        let Packet { marker, sequence, timestamp, ssrc, payload, .. } = *packet;
        room.hear(seat, &Incoming { ssrc, sequence, timestamp, marker, content, payload }, lane.now_ms);
    }
}

impl Engine {
    // ---- commands ----

    pub(super) fn open_room(&mut self, id: u32) {
        self.rooms.open(id, false);
    }

    /// Two ports hear each other, and nobody else; a room of theirs alone is only renamed.
    pub(super) fn bridge(&mut self, id: u32, a: u32, b: u32) {
        let (Some(&a), Some(&b)) = (self.places.get(&a), self.places.get(&b)) else {
            return;
        };
        if a == b || self.rooms.find(id).is_some() {
            return;
        }
        let (of_a, of_b) = (self.room_of(a), self.room_of(b));
        let together = of_a.filter(|&room| Some(room) == of_b).and_then(|index| {
            let room = self.rooms.get(index).filter(|room| room.passing && room.len() == 2)?;
            Some((index, room))
        });
        if let Some((index, room)) = together {
            let before = std::mem::replace(&mut room.id, id);
            self.rooms.by_id.remove(&before);
            self.rooms.by_id.insert(id, index);
            return;
        }
        let index = self.rooms.open(id, true);
        for place in [a, b] {
            self.enter(index, place, Role::Talker, 0);
        }
        self.settle(index);
    }

    pub(super) fn join_room(&mut self, id: u32, port: u32, role: Role, gain: i16) {
        let (Some(index), Some(&place)) = (self.rooms.find(id), self.places.get(&port)) else {
            return;
        };
        if self.room_of(place) == Some(index) {
            if let Some(room) = self.rooms.get(index) {
                room.set_role(place, role, gain);
            }
        } else {
            self.enter(index, place, role, gain);
        }
        self.settle(index);
    }

    fn enter(&mut self, index: usize, place: usize, role: Role, gain: i16) {
        self.unlink(place);
        let Some(Some(port)) = self.ports.get_mut(place) else { return };
        let member = Member::new(place, port.id, role, gain, port.stream());
        if self.rooms.get(index).is_some_and(|room| room.join(member)) {
            port.room = Some(index);
        }
    }

    pub(super) fn set_role(&mut self, id: u32, port: u32, role: Role, gain: i16) {
        let (Some(index), Some(&place)) = (self.rooms.find(id), self.places.get(&port)) else {
            return;
        };
        if let Some(room) = self.rooms.get(index) {
            room.set_role(place, role, gain);
            self.settle(index);
        }
    }

    pub(super) fn leave_room(&mut self, id: u32, port: u32) {
        let (Some(index), Some(&place)) = (self.rooms.find(id), self.places.get(&port)) else {
            return;
        };
        if self.room_of(place) == Some(index) {
            self.unlink(place);
        }
    }

    pub(super) fn close_room(&mut self, id: u32) {
        let Some(index) = self.rooms.find(id) else { return };
        let places = self.rooms.get(index).map(|room| Few::of(room.places(), 0));
        for place in places.into_iter().flat_map(Few::each) {
            self.unlink(place);
        }
        self.rooms.forget(index);
    }

    fn room_of(&self, place: usize) -> Option<usize> {
        self.ports.get(place)?.as_ref()?.room
    }

    /// End a bridge, an echo, or the stay in a room: who was heard from here hears nothing more.
    pub(super) fn unlink(&mut self, place: usize) {
        let Some(Some(port)) = self.ports.get_mut(place) else { return };
        port.part();
        let left = port.room.take();
        self.feed(place, Feeds::Nobody, false);
        let Some(index) = left else { return };
        let Some(room) = self.rooms.get(index) else { return };
        room.leave(place);
        let (is_over, rest) = (room.passing && room.len() < 2, Few::of(room.places(), 0));
        if is_over {
            self.rooms.forget(index);
            for place in rest.each() {
                self.unlink(place);
            }
        } else {
            self.settle(index);
        }
    }

    /// A port's stream runs otherwise: perhaps its packets suit another no more, or again.
    pub(super) fn restream(&mut self, place: usize) {
        let Some(Some(port)) = self.ports.get(place) else { return };
        let Some(index) = port.room else { return };
        let stream = port.stream();
        if let Some(room) = self.rooms.get(index) {
            room.set_stream(place, stream);
            self.settle(index);
        }
    }

    /// Let the packets of all members go where the room now wants them.
    fn settle(&mut self, index: usize) {
        let Some(room) = self.rooms.get(index) else { return };
        let goes = |place| (place, room.seat_of(place).map_or(Goes::Nowhere, |seat| room.goes(seat)));
        let all = Few::of(room.places().map(goes), (0, Goes::Nowhere));
        let joining = Few::of(room.joining(), 0);
        let (is_mixing, before, first) = (room.is_mixing(), room.slot, room.places().next());
        for (place, goes) in all.each() {
            match goes {
                Goes::Nowhere => self.feed(place, Feeds::Nobody, false),
                Goes::To(peer) => self.feed(place, Feeds::Peer(peer), true),
                Goes::Around { at_once } => self.feed(place, Feeds::Room(index), at_once),
            }
        }
        for place in joining.each() {
            if let Some(Some(port)) = self.ports.get_mut(place) {
                port.part();
            }
        }
        let first = first.and_then(|place| self.ports.get(place)).and_then(Option::as_ref);
        let after = first.filter(|_| is_mixing).map(|port| before.unwrap_or(port.slot));
        if before != after {
            self.rooms.reseat(index, before, after);
            if let Some(room) = self.rooms.get(index) {
                room.slot = after;
            }
        }
    }

    /// Where a port's packets go, and whether it is told of them as they arrive.
    pub(super) fn feed(&mut self, place: usize, feeds: Feeds, watched: bool) {
        let Some(Some(port)) = self.ports.get_mut(place) else {
            return;
        };
        port.feeds = feeds;
        if watched != port.watched {
            port.watched = watched;
            if watched {
                self.poll.watch_each(port.socket.as_raw_fd(), (place as u64) << 1);
            } else {
                self.poll.forget(port.socket.as_raw_fd());
            }
        }
    }

    /// Whether somebody else in the room of a port that is listened to talks, as far as they are listened to.
    pub(super) fn others_talk(&self, place: usize) -> bool {
        let at = |place: usize| self.ports.get(place).and_then(Option::as_ref);
        let Some(port) = at(place).filter(|port| port.is_heard()) else { return false };
        let room = port.room.and_then(|index| self.rooms.list.get(index)).and_then(Option::as_ref);
        let others = room.into_iter().flat_map(|room| room.places()).filter(|&other| other != place);
        others.filter_map(at).any(|other| other.is_talking())
    }

    // ---- the tick ----

    /// Hear all members, mix, and send each its share.
    pub(super) fn run_room(&mut self, index: usize) {
        let Some(room) = self.rooms.get(index) else { return };
        for place in Few::of(room.places(), 0).each() {
            self.listen(place);
        }
        let Some(mut room) = self.rooms.list.get_mut(index).and_then(Option::take) else { return };
        let (ports, tick) = (&mut self.ports, self.tick);
        for place in Few::of(room.places(), 0).each() {
            if let (Some(Some(port)), Some(seat)) = (ports.get_mut(place), room.seat_of(place)) {
                if port.take_hidden_key() {
                    room.blip(seat);
                }
            }
        }
        room.mix(self.now_ms, |place, frame, rate| {
            if let Some(Some(port)) = ports.get_mut(place) {
                port.look_at(frame, rate, tick);
            }
        });
        let changed = room.advance(|place, fade| {
            if let Some(Some(port)) = ports.get_mut(place) {
                port.fade_next(fade);
            }
        });
        let mut payload = [0; MTU];
        let mut lane = lane!(self);
        for (seat, place, hears_it) in Few::of(room.listeners(), (0, 0, false)).each() {
            let Some(Some(port)) = ports.get_mut(place) else { continue };
            if !port.may_say() {
                room.pause(seat);
                continue;
            }
            room.say(seat, port.share_lost());
            while let Some(length) = room.payload(seat, &mut payload) {
                if hears_it {
                    port.say(&payload[..length], &mut lane);
                }
            }
        }
        self.rooms.list[index] = Some(room);
        if changed {
            self.settle(index);
        }
    }
}
