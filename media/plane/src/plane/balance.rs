//! Threads that carry far more than others give ports away: calls that came late to an emptied thread's side.
//!
//! Only ports that are in no room move alone; they do so between two packets, as ports do that are bridged.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Weak};

use super::{locked, Plane};
use crate::command::Command;
use crate::io::clock::{Beat, SLOTS_PER_SECOND};

/// Ports moved at once: a handful of commands, not a stall.
const HANDFUL: usize = 16;
/// Between two moves, so that the loads have settled.
const PAUSE: u64 = SLOTS_PER_SECOND as u64;

/// Where a port lives.
#[derive(Debug)]
pub struct Home {
    pub id: u32,
    pub thread: AtomicUsize,
    /// It has been in a room, and its partner lives where it lives.
    pub bound: AtomicBool,
}

/// Who lives where; the lock around it is held while a command finds its thread.
#[derive(Debug)]
pub struct Homes {
    /// For each thread the ports that came to it alone; those that are gone are cleared out now and then.
    lone: Vec<Vec<Weak<Home>>>,
    moved: Option<Beat>,
}

impl Homes {
    pub fn new(threads: usize) -> Self {
        Self { lone: vec![Vec::new(); threads], moved: None }
    }

    fn settle(&mut self, home: &Arc<Home>, load: usize) {
        let Some(lone) = self.lone.get_mut(home.thread.load(Relaxed)) else { return };
        if lone.len() > 2 * load + HANDFUL {
            lone.retain(|home| home.strong_count() > 0);
        }
        lone.push(Arc::downgrade(home));
    }

    /// A port of this thread that may move.
    fn take(&mut self, thread: usize) -> Option<Arc<Home>> {
        while let Some(home) = self.lone.get_mut(thread)?.pop() {
            match home.upgrade() {
                Some(home) if home.thread.load(Relaxed) == thread && !home.bound.load(Relaxed) => {
                    return Some(home)
                }
                _ => {}
            }
        }
        None
    }
}

impl Plane {
    /// A new port has found its thread; where that leaves another one far behind, some ports move there.
    pub(super) fn settle(&self, home: &Arc<Home>) {
        let mut homes = locked(&self.homes);
        homes.settle(home, self.load(home.thread.load(Relaxed)));
        let now = self.shared.clock.beat();
        if homes.moved.is_some_and(|moved| now.0.saturating_sub(moved.0) < PAUSE) {
            return;
        }
        let threads = 0..self.threads.len();
        let (Some(fullest), Some(emptiest)) =
            (threads.clone().max_by_key(|&t| self.load(t)), threads.min_by_key(|&t| self.load(t)))
        else {
            return;
        };
        if self.load(fullest) / self.fill < self.load(emptiest) / self.fill + 2 {
            return;
        }
        homes.moved = Some(now);
        for _ in 0..HANDFUL.min(self.fill) {
            let Some(home) = homes.take(fullest) else { break };
            self.bring(&home, emptiest);
            homes.settle(&home, self.load(emptiest));
        }
    }

    /// Ports on each thread.
    pub fn loads(&self) -> Vec<usize> {
        (0..self.threads.len()).map(|thread| self.load(thread)).collect()
    }

    fn load(&self, thread: usize) -> usize {
        self.shared.loads[thread].load(Relaxed)
    }

    /// Let a port live on a thread; the lock of `homes` is held.
    pub(super) fn bring(&self, home: &Home, thread: usize) {
        let away = home.thread.swap(thread, Relaxed);
        if away != thread {
            self.threads[thread].send(Command::Expect(home.id));
            self.threads[away].send(Command::Release { port: home.id, thread });
        }
    }
}
