//! Rooms as the face knows them: each lives on one thread, and whoever joins it comes to live there too.

use std::sync::atomic::Ordering::Relaxed;

use super::{locked, Handle, Plane};
use crate::command::Command;
use crate::samples::roles::Role;

/// What the caller keeps of a room.
#[derive(Debug)]
pub struct RoomHandle {
    pub id: u32,
    thread: usize,
}

impl Plane {
    /// A room that stays until it is closed.
    pub fn open_room(&self) -> RoomHandle {
        let room = RoomHandle { id: self.next_id.fetch_add(1, Relaxed), thread: self.choose_thread() };
        self.threads[room.thread].send_unhurried(Command::OpenRoom { room: room.id });
        room
    }

    /// Join two ports, bringing `b` to the thread of `a` if it lives elsewhere; their room ends with their conversation.
    pub fn bridge(&self, a: &Handle, b: &Handle) -> RoomHandle {
        let _held = locked(&self.homes);
        let room = RoomHandle { id: self.next_id.fetch_add(1, Relaxed), thread: a.home.thread.load(Relaxed) };
        a.home.bound.store(true, Relaxed);
        self.bind(b, room.thread);
        self.threads[room.thread].send(Command::Bridge { room: room.id, a: a.id, b: b.id });
        room
    }

    /// A port joins a room, or changes its role there.
    pub fn join_room(&self, room: &RoomHandle, port: &Handle, role: Role, gain: i16) {
        let _held = locked(&self.homes);
        self.bind(port, room.thread);
        self.threads[room.thread].send(Command::JoinRoom { room: room.id, port: port.id, role, gain });
    }

    /// A command that concerns a room and who is in it.
    pub fn send_to_room(&self, room: &RoomHandle, command: Command) {
        let _held = locked(&self.homes);
        self.threads[room.thread].send(command);
    }

    /// From now on the port lives where its room does.
    fn bind(&self, port: &Handle, thread: usize) {
        port.home.bound.store(true, Relaxed);
        self.bring(&port.home, thread);
    }
}
