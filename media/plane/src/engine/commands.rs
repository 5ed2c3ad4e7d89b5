//! How a thread obeys: ports come and go, are joined and parted. Nothing here is on the packet path.

use std::os::fd::AsRawFd;
use std::sync::atomic::Ordering::Relaxed;

use super::{Engine, SLOT_FILL};
use crate::command::{Command, Connection, Security};
use crate::io::clock::SLOTS;
use crate::player::{Playback, Playlist};
use crate::port::{Feeds, Lane, Port};

impl Engine {
    /// Commands keep their order: while a port is on its way here, all wait for it.
    pub(super) fn take(&mut self, command: Command) {
        match command {
            Command::Receive { id, port } => {
                if let Some(port) = port {
                    self.adopt(port);
                }
                if self.expected == Some(id) {
                    self.expected = None;
                } else {
                    self.early.push(id);
                }
                while self.expected.is_none() {
                    let Some(command) = self.parked.pop_front() else {
                        return;
                    };
                    self.obey(command);
                }
            }
            Command::Quit => self.quitting = true,
            command if self.expected.is_none() => self.obey(command),
            command => self.parked.push_back(command),
        }
    }

    fn expect(&mut self, id: u32) {
        if let Some(index) = self.early.iter().position(|&early| early == id) {
            self.early.swap_remove(index);
        } else {
            self.expected = Some(id);
        }
    }

    fn obey(&mut self, command: Command) {
        match command {
            Command::Adopt(port) => self.adopt(port),
            Command::Expect(id) => self.expect(id),
            Command::Release { port, thread } => self.release(port, thread),
            Command::OpenRoom { room } => self.open_room(room),
            Command::Bridge { room, a, b } => self.bridge(room, a, b),
            Command::JoinRoom { room, port, role, gain } => self.join_room(room, port, role, gain),
            Command::SetRole { room, port, role, gain } => self.set_role(room, port, role, gain),
            Command::LeaveRoom { room, port } => self.leave_room(room, port),
            Command::CloseRoom { room } => self.close_room(room),
            Command::Secure { port, on, blips } => self.with(port, |engine, place| {
                engine.secure(place, on, blips);
            }),
            Command::Unbridge { port } => self.with(port, |engine, place| engine.unlink(place)),
            Command::Echo { port } => self.with(port, |engine, place| {
                engine.unlink(place);
                engine.feed(place, Feeds::Itself, true);
            }),
            Command::Close { port } => self.with(port, Self::close),
            Command::Quit => self.quitting = true,
            command => self.command_port(command),
        }
    }

    /// The commands that concern one port alone.
    fn command_port(&mut self, command: Command) {
        let Some(&place) = port_of(&command).and_then(|id| self.places.get(&id)) else { return };
        if let Command::Connect { connection, security, .. } = command {
            return self.connect(place, connection, security);
        }
        let Some(Some(port)) = self.ports.get_mut(place) else { return };
        let mut lane = lane!(self);
        match command {
            Command::Play { playback, clips, looping, start, gain, over, .. } => {
                port.play(
                    Playback::new(playback, Playlist::new(clips, looping, start), gain),
                    over,
                    &mut lane,
                );
            }
            Command::Stop { playback, .. } => port.stop(playback, &mut lane),
            Command::Pause { on, .. } => port.pause(on),
            Command::Seek { place, .. } => port.change_playback(|player| player.seek(place)),
            Command::SetGain { gain, .. } => port.change_playback(|player| player.set_gain(gain)),
            Command::SendDigits { codes, press_ms, gap_ms, .. } => {
                port.send_digits(codes, press_ms, gap_ms);
            }
            Command::Record { tap, .. } => port.record(tap),
            Command::StopRecording { .. } => port.stop_recording(),
            Command::Listen { hearing, .. } => port.listen(hearing),
            _ => {}
        }
    }

    fn connect(&mut self, place: usize, connection: Connection, security: Security) {
        let Some(Some(port)) = self.ports.get_mut(place) else { return };
        let visits = port.visits;
        port.connect(connection, security, self.tick, self.beat);
        if let Some(control) = port.take_control() {
            self.poll.forget(control.as_raw_fd());
        }
        if port.visits != visits {
            self.unseat(place);
            self.seat(place);
        }
        self.restream(place);
    }

    fn with(&mut self, id: u32, action: impl FnOnce(&mut Self, usize)) {
        if let Some(&place) = self.places.get(&id) {
            action(self, place);
        }
    }

    fn adopt(&mut self, port: Box<Port>) {
        if self.places.is_empty() {
            self.next = self.shared.clock.beat();
        }
        let place = self.vacant.pop().unwrap_or_else(|| {
            self.ports.push(None);
            self.ports.len() - 1
        });
        self.places.insert(port.id, place);
        if let Some(control) = &port.control {
            self.poll.watch(control.as_raw_fd(), (place as u64) << 1 | 1);
        }
        let echoes = port.feeds == Feeds::Itself;
        self.ports[place] = Some(port);
        self.seat(place);
        if echoes {
            self.feed(place, Feeds::Itself, true);
        }
    }

    /// Give a port its slots: one of the tick, or two half a tick apart.
    fn seat(&mut self, place: usize) {
        let Some(Some(port)) = self.ports.get_mut(place) else { return };
        port.slot = choose_slot(&self.slots[..port.visits]);
        for slot in (port.slot..SLOTS).step_by(port.visits) {
            self.slots[slot].push(place);
        }
    }

    fn unseat(&mut self, place: usize) {
        for slot in &mut self.slots {
            slot.retain(|&p| p != place);
        }
    }

    /// Take a port out of all tables; its sockets stay open.
    fn remove(&mut self, place: usize) -> Option<Box<Port>> {
        self.unlink(place);
        let port = self.ports[place].take()?;
        self.places.remove(&port.id);
        self.unseat(place);
        if let Some(control) = &port.control {
            self.poll.forget(control.as_raw_fd());
        }
        self.vacant.push(place);
        Some(port)
    }

    fn release(&mut self, id: u32, thread: usize) {
        let place = self.places.get(&id).copied();
        let feeds = place.and_then(|place| self.ports.get(place)?.as_ref()).map(|port| port.feeds);
        let mut port = place.and_then(|place| self.remove(place));
        if let Some(port) = &mut port {
            // An echo is the port's own and goes with it; a room or a partner stays behind.
            if feeds == Some(Feeds::Itself) {
                port.feeds = Feeds::Itself;
            }
            self.shared.loads[self.thread].fetch_sub(1, Relaxed);
            self.shared.loads[thread].fetch_add(1, Relaxed);
        }
        self.threads[thread].send(Command::Receive { id, port });
    }

    fn close(&mut self, place: usize) {
        let Some(mut port) = self.remove(place) else {
            return;
        };
        port.say_goodbye(self.beat);
        self.shared.totals.add(&port.counters);
        self.shared.loads[self.thread].fetch_sub(1, Relaxed);
        let number = port.number;
        drop(port);
        if let Ok(mut allocator) = self.shared.allocator.lock() {
            allocator.give_back(number);
        }
    }

    fn secure(&mut self, place: usize, on: bool, blips: bool) {
        if let Some(Some(port)) = self.ports.get_mut(place) {
            port.hide(on, blips, self.tick);
            self.restream(place);
        }
    }
}

fn port_of(command: &Command) -> Option<u32> {
    match command {
        Command::Connect { port, .. }
        | Command::Play { port, .. }
        | Command::Stop { port, .. }
        | Command::Pause { port, .. }
        | Command::Seek { port, .. }
        | Command::SetGain { port, .. }
        | Command::SendDigits { port, .. }
        | Command::Record { port, .. }
        | Command::StopRecording { port }
        | Command::Listen { port, .. } => Some(*port),
        _ => None,
    }
}

/// The emptiest, in steps that keep few ports together.
fn choose_slot(slots: &[Vec<usize>]) -> usize {
    let lengths = slots.iter().map(Vec::len);
    lengths.enumerate().min_by_key(|&(index, length)| (length / SLOT_FILL, index)).map_or(0, |(i, _)| i)
}
