//! Commands down and events up: lock-free queues, each with a bell that is rung once per batch.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{fence, AtomicBool, Ordering};
use std::sync::mpsc::{channel, sync_channel, Receiver, Sender, SyncSender, TryRecvError};
use std::sync::Arc;

use crate::command::Command;
use crate::event::Event;
use crate::io::poll::Bell;

/// Events that wait for Python at most; beyond it each thread keeps its own until there is room.
const EVENTS: usize = 8192;

/// A bell and whether it has been rung since it was last answered.
#[derive(Debug)]
struct Alarm {
    bell: Bell,
    rung: AtomicBool,
}

impl Alarm {
    fn new() -> io::Result<Arc<Self>> {
        Ok(Arc::new(Self { bell: Bell::new()?, rung: AtomicBool::new(false) }))
    }

    fn raise(&self) {
        if !self.rung.swap(true, Ordering::SeqCst) {
            self.bell.ring();
        }
    }

    /// To be called before the queue is drained: what is added later rings again.
    fn answer(&self) {
        self.bell.silence();
        self.rung.store(false, Ordering::SeqCst);
    }
}

/// Whether a thread makes rounds by itself, each within a tick: then it need not be woken for what can wait as long.
#[derive(Debug, Default)]
struct Rounds(AtomicBool);

#[derive(Clone)]
pub struct CommandSender {
    queue: Sender<Command>,
    alarm: Arc<Alarm>,
    rounds: Arc<Rounds>,
}

impl CommandSender {
    pub fn send(&self, command: Command) {
        // A thread that has ended takes no commands; its ports are gone with it.
        if self.queue.send(command).is_ok() {
            self.alarm.raise();
        }
    }

    /// For the thread's next round, at most a tick away; waking it for each command costs more than the command.
    pub fn send_unhurried(&self, command: Command) {
        if self.queue.send(command).is_ok() {
            // Pairs with the fence in `rest`: either we see that the rounds are over, or the thread sees the command.
            fence(Ordering::SeqCst);
            if !self.rounds.0.load(Ordering::SeqCst) {
                self.alarm.raise();
            }
        }
    }
}

pub struct CommandReceiver {
    queue: Receiver<Command>,
    alarm: Arc<Alarm>,
    rounds: Arc<Rounds>,
}

impl CommandReceiver {
    pub fn fd(&self) -> i32 {
        self.alarm.bell.fd()
    }

    pub fn answer(&self) {
        self.alarm.answer();
    }

    /// The thread will look at its commands within a tick, unasked.
    pub fn make_rounds(&self) {
        self.rounds.0.store(true, Ordering::SeqCst);
    }

    /// The thread sleeps until it is woken: look at the commands once more after this.
    pub fn rest(&self) {
        self.rounds.0.store(false, Ordering::SeqCst);
        fence(Ordering::SeqCst);
    }

    pub fn take(&self) -> Option<Command> {
        match self.queue.try_recv() {
            Ok(command) => Some(command),
            Err(TryRecvError::Empty) => None,
            Err(TryRecvError::Disconnected) => Some(Command::Quit),
        }
    }
}

pub fn commands() -> io::Result<(CommandSender, CommandReceiver)> {
    let (sender, receiver) = channel();
    let (alarm, rounds) = (Alarm::new()?, Arc::new(Rounds::default()));
    let sending = CommandSender { queue: sender, alarm: alarm.clone(), rounds: rounds.clone() };
    Ok((sending, CommandReceiver { queue: receiver, alarm, rounds }))
}

/// A thread's end of the event queue.
pub struct EventSender {
    queue: SyncSender<Event>,
    alarm: Arc<Alarm>,
    /// What found no room; empty unless Python has stopped listening.
    backlog: VecDeque<Event>,
}

impl EventSender {
    pub fn send(&mut self, event: Event) {
        if !self.backlog.is_empty() || self.queue.try_send(event).is_err() {
            self.backlog.push_back(event);
        }
        self.alarm.raise();
    }

    /// Offer again what found no room.
    pub fn retry(&mut self) {
        while let Some(&event) = self.backlog.front() {
            if self.queue.try_send(event).is_err() {
                return;
            }
            self.backlog.pop_front();
            self.alarm.raise();
        }
    }

    pub fn another(&self) -> Self {
        Self { queue: self.queue.clone(), alarm: self.alarm.clone(), backlog: VecDeque::new() }
    }
}

pub struct EventReceiver {
    queue: Receiver<Event>,
    alarm: Arc<Alarm>,
}

impl EventReceiver {
    pub fn fd(&self) -> i32 {
        self.alarm.bell.fd()
    }

    pub fn take_all(&self) -> Vec<Event> {
        self.alarm.answer();
        self.queue.try_iter().collect()
    }
}

pub fn events() -> io::Result<(EventSender, EventReceiver)> {
    let (sender, receiver) = sync_channel(EVENTS);
    let alarm = Alarm::new()?;
    let sending = EventSender { queue: sender, alarm: alarm.clone(), backlog: VecDeque::new() };
    Ok((sending, EventReceiver { queue: receiver, alarm }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_lost_when_python_does_not_listen() {
        let (mut sender, receiver) = events().unwrap();
        for port in 0..(EVENTS as u32 + 10) {
            sender.send(Event::RtpStarted { port });
        }
        assert_eq!(receiver.take_all().len(), EVENTS);
        sender.retry();
        let rest = receiver.take_all();
        assert_eq!(rest.first(), Some(&Event::RtpStarted { port: EVENTS as u32 }));
        assert_eq!(rest.len(), 10);
    }
}
