//! A media thread: its ports, its 20 ms beat, its commands. One thread owns a port; nothing is shared or locked.
//!
//! A port that relays is told by epoll as packets arrive. Every other port is looked at once a tick, when its
//! own packet is due: one receive and one send for each 20 ms of a call, and no wake-up in between.

/// What a port borrows of its thread, which keeps the table that the port stands in.
macro_rules! lane {
    ($engine:expr) => {
        Lane {
            events: &mut $engine.events,
            tick: $engine.tick,
            beat: $engine.beat,
            now_ms: $engine.now_ms,
            out: &mut $engine.out,
            scratch: &mut $engine.scratch,
            timeout_ticks: $engine.shared.timeout_ticks,
        }
    };
}

mod commands;
mod pace;
mod rooms;

use std::collections::{HashMap, VecDeque};
use std::io;
use std::sync::atomic::AtomicUsize;
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::Duration;

use rooms::Rooms;

use pace::Pace;

use crate::command::Command;
use crate::counters::Totals;
use crate::io::allocator::Allocator;
use crate::io::clock::{Beat, Clock, SLOT, SLOTS};
use crate::io::poll::Poll;
use crate::io::rings::{CommandReceiver, CommandSender, EventSender};
use crate::io::socket::{self, Inbox, BATCH, MTU};
use crate::player::PAYLOAD;
use crate::port::{Datagram, Feeds, Lane, Out, Port, Scratch, TRAILER};
use crate::rtp::{Kind, HEADER};

const WAKE: u64 = u64::MAX;
/// Batches one port may take in a visit: a flood on one port must not starve the others.
const VISITS: usize = 4;
/// Slots made good after a delay (100 ms); beyond it media is lost anyway.
const CATCH_UP: u64 = 50;
/// Ports in a slot before the next slot is used: fewer wake-ups while there are few calls.
const SLOT_FILL: usize = 16;

/// What all threads and the face share; the packet path touches none of its locks.
pub struct Shared {
    pub clock: Clock,
    pub totals: Totals,
    pub allocator: Mutex<Allocator>,
    pub loads: Vec<AtomicUsize>,
    pub timeout_ticks: u32,
    pub realtime: bool,
}

pub struct Engine {
    thread: usize,
    shared: Arc<Shared>,
    commands: CommandReceiver,
    threads: Vec<CommandSender>,
    events: EventSender,
    poll: Poll,
    inbox: Inbox,
    out: Box<Out>,
    scratch: Box<Scratch>,
    ports: Vec<Option<Box<Port>>>,
    vacant: Vec<usize>,
    places: HashMap<u32, usize>,
    slots: [Vec<usize>; SLOTS],
    rooms: Rooms,
    expected: Option<u32>,
    /// Handed over before the command that announces them was due.
    early: Vec<u32>,
    parked: VecDeque<Command>,
    next: Beat,
    tick: u32,
    beat: u32,
    now_ms: u64,
    pace: Pace,
    quitting: bool,
}

impl Engine {
    pub fn new(
        thread: usize,
        shared: Arc<Shared>,
        commands: CommandReceiver,
        threads: Vec<CommandSender>,
        events: EventSender,
    ) -> io::Result<Self> {
        let poll = Poll::new()?;
        poll.watch(commands.fd(), WAKE);
        Ok(Self {
            thread,
            commands,
            threads,
            events,
            poll,
            inbox: Inbox::new(),
            out: Box::new([0; HEADER + MTU + TRAILER]),
            scratch: Box::new([0; PAYLOAD]),
            ports: Vec::new(),
            vacant: Vec::new(),
            places: HashMap::new(),
            slots: Default::default(),
            rooms: Rooms::default(),
            expected: None,
            early: Vec::new(),
            parked: VecDeque::new(),
            next: shared.clock.beat(),
            tick: shared.clock.beat().tick(),
            beat: shared.clock.beat().count(),
            now_ms: 0,
            pace: Pace::new(shared.clock.beat()),
            quitting: false,
            shared,
        })
    }

    pub fn run(mut self) {
        socket::hurry(self.shared.realtime);
        while !self.quitting {
            let Some(limit) = self.time_to_rest() else { continue };
            let before = self.shared.clock.beat();
            let rest = self.pace.rest(before, limit);
            if let Some(rest) = rest {
                thread::sleep(rest);
            }
            let ready = self.poll.wait(limit.map(|limit| limit.saturating_sub(rest.unwrap_or_default())));
            let now = self.shared.clock.beat();
            if ready > 0 {
                self.pace.woke(now);
            }
            self.at(now);
            self.obey_all();
            for index in 0..ready {
                self.answer(self.poll.token(index));
            }
            self.run_slots(now);
            self.events.retry();
        }
    }

    /// How long to wait for packets and bells, at most; None when commands came in and all has to be weighed anew.
    fn time_to_rest(&mut self) -> Option<Option<Duration>> {
        let limit = self.time_to_next();
        if limit.is_some() {
            self.commands.make_rounds();
            return Some(limit);
        }
        self.commands.rest();
        if self.obey_all() {
            return None;
        }
        Some(None)
    }

    fn obey_all(&mut self) -> bool {
        let mut any = false;
        while !self.quitting {
            let Some(command) = self.commands.take() else { break };
            self.take(command);
            any = true;
        }
        any
    }

    fn time_to_next(&mut self) -> Option<Duration> {
        if self.places.is_empty() {
            return None;
        }
        while self.slots[self.next.slot()].is_empty() && self.rooms.due[self.next.slot()].is_empty() {
            self.next.0 += 1;
        }
        Some(self.shared.clock.until(self.next))
    }

    fn answer(&mut self, token: u64) {
        if token == WAKE {
            self.commands.answer();
            self.obey_all();
        } else if token & 1 == 0 {
            let place = (token >> 1) as usize;
            let port = self.ports.get(place).and_then(Option::as_ref);
            if port.is_some_and(|port| port.comes_singly(self.tick)) {
                self.receive_one(place);
            } else {
                self.receive(place);
            }
        } else {
            self.receive_reports((token >> 1) as usize);
        }
    }

    fn run_slots(&mut self, now: Beat) {
        if self.places.is_empty() || now.0.saturating_sub(self.next.0) > CATCH_UP {
            self.next = now;
        }
        while self.next <= now {
            self.at(self.next);
            let slot = self.next.slot();
            for index in 0..self.slots[slot].len() {
                self.visit(self.slots[slot][index]);
            }
            for index in 0..self.rooms.due[slot].len() {
                // A room may be over by what happened in another.
                if let Some(&room) = self.rooms.due[slot].get(index) {
                    self.run_room(room);
                }
            }
            self.next.0 += 1;
        }
    }

    /// The moment that what is done now belongs to.
    fn at(&mut self, beat: Beat) {
        self.tick = beat.tick();
        self.beat = beat.count();
        self.now_ms = beat.0.wrapping_mul(SLOT.as_millis() as u64);
    }

    fn visit(&mut self, place: usize) {
        let Some(Some(port)) = self.ports.get(place) else {
            return;
        };
        // What only a room hears is looked for when the room is mixed.
        if !matches!(port.feeds, Feeds::Room(_)) || port.watched {
            self.listen(place);
        }
        let others_talk = self.others_talk(place);
        let mut lane = lane!(self);
        if let Some(Some(port)) = self.ports.get_mut(place) {
            port.tick(&mut lane);
            port.hear_tick(others_talk, &mut lane);
            if port.ends_secure_span(self.tick) {
                self.restream(place);
            }
        }
        self.pass_key(place);
    }

    // ---- packets ----

    /// Look for what has come to a port that is not told of it.
    fn listen(&mut self, place: usize) {
        let Some(Some(port)) = self.ports.get(place) else { return };
        if port.is_connected() && (!port.watched || port.overrun) {
            if port.expects_one(self.tick) {
                self.receive_one(place);
            } else {
                self.receive(place);
            }
        }
    }

    fn receive(&mut self, place: usize) {
        for _ in 0..VISITS {
            let Some(Some(port)) = self.ports.get_mut(place) else {
                return;
            };
            let (sources, tied) = (port.wants_sources(), port.is_tied());
            let count = self.inbox.receive(&port.socket, sources);
            port.note_backlog(count, self.tick);
            for index in 0..count {
                self.pass(place, index, sources);
            }
            let Some(Some(port)) = self.ports.get_mut(place) else {
                return;
            };
            port.overrun = count == BATCH;
            if count < BATCH {
                port.drained(tied);
                return;
            }
        }
    }

    fn receive_one(&mut self, place: usize) {
        let Some(Some(port)) = self.ports.get(place) else { return };
        if self.inbox.receive_one(&port.socket) == 1 {
            self.pass(place, 0, false);
        }
    }

    fn pass(&mut self, place: usize, index: usize, sources: bool) {
        let mut lane = lane!(self);
        let datagram = Datagram {
            cut: self.inbox.is_cut(index),
            source: if sources { self.inbox.source(index) } else { None },
            arrival: self.inbox.arrival(index),
            data: self.inbox.data_mut(index),
        };
        let Some(Some(port)) = self.ports.get_mut(place) else {
            return;
        };
        let Some((packet, kind)) = port.hear(datagram, &mut lane) else {
            return;
        };
        let (passes, is_other) = (port.lets_pass(&packet, kind, lane.tick), port.note_codec(kind));
        let (target, keys) = match port.feeds {
            Feeds::Nobody => (None, None),
            Feeds::Itself => (Some(place), None),
            Feeds::Peer(peer) => (Some(peer), Some(port.keys_heard())),
            Feeds::Room(room) => {
                let (from, what) = ((place, passes), (&packet, kind));
                self.rooms.pass(room, from, what, &mut self.ports, &mut lane);
                (None, None)
            }
        };
        if let Some(Some(target)) = target.filter(|_| passes).and_then(|place| self.ports.get_mut(place)) {
            if keys.is_some_and(|keys| target.says_otherwise(keys, kind)) {
                target.withhold(&packet);
            } else {
                target.forward(&packet, kind, &mut lane);
            }
        }
        if kind == Kind::Digit {
            self.pass_key(place);
        }
        if is_other {
            self.restream(place);
        }
    }

    /// A press that was told just now goes on to the partner, where packets do not tell it.
    fn pass_key(&mut self, place: usize) {
        let Some(Some(port)) = self.ports.get_mut(place) else { return };
        let Some((code, keys)) = port.take_press() else { return };
        let partner = match port.feeds {
            Feeds::Peer(peer) => Some((peer, false)),
            Feeds::Room(room) => self.rooms.other_talker(room, place).map(|place| (place, true)),
            Feeds::Nobody | Feeds::Itself => None,
        };
        if let Some((partner, in_room)) = partner {
            if let Some(Some(partner)) = self.ports.get_mut(partner) {
                partner.press_again(code, keys, in_room);
            }
        }
    }

    fn receive_reports(&mut self, place: usize) {
        for _ in 0..VISITS {
            let Some(Some(port)) = self.ports.get_mut(place) else {
                return;
            };
            let Some(control) = &port.control else { return };
            let count = self.inbox.receive(control, true);
            for index in 0..count {
                let source = self.inbox.source(index);
                port.hear_report(self.inbox.data_mut(index), source);
            }
            if count < BATCH {
                return;
            }
        }
    }
}
