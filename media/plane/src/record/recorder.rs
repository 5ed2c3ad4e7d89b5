//! The recorder: one thread writes all recordings, another brings the finished ones to disk and tells of them.
//! Packet threads only fill queues; nothing here can make them wait.

use std::fs::File;
use std::io;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{channel, Receiver, RecvTimeoutError, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::event::Event;
use crate::io::rings::EventSender;
use crate::record::recording::{Outcome, Plan, Recording, Word};
use crate::record::seal::SealKey;
use crate::record::store::Store;
use crate::record::tap::{self, Line, Tap};

/// How often the queues are looked at: no packet thread ever wakes the recorder.
const ROUND: Duration = Duration::from_millis(20);
/// How often events are tried again that Python had no room for.
const RETRY: Duration = Duration::from_millis(100);

enum Order {
    Begin(Box<Recording>),
    Tell { recording: u32, word: Word, at: u64 },
    Quit,
}

enum Notice {
    Overrun { port: u32, recording: u32 },
    Over { file: File, outcome: Outcome },
}

/// What Python keeps of a recording.
#[derive(Clone)]
pub struct RecordingHandle {
    pub id: u32,
    line: Arc<Line>,
    orders: Sender<Order>,
}

impl RecordingHandle {
    pub fn tell(&self, word: Word) {
        // A recorder that has ended has closed its files.
        let _ = self.orders.send(Order::Tell { recording: self.id, word, at: self.line.now() });
    }

    pub fn stop(&self) {
        self.line.end();
    }
}

/// The recorder's face; its threads start with the first recording.
pub struct Recorder {
    epoch: Instant,
    orders: Sender<Order>,
    outcomes: Arc<Mutex<Vec<Outcome>>>,
    dropped: Arc<AtomicU64>,
    next: u32,
    threads: [JoinHandle<()>; 2],
}

impl Recorder {
    pub fn start(events: EventSender) -> io::Result<Self> {
        let epoch = Instant::now();
        let outcomes = Arc::new(Mutex::new(Vec::new()));
        let (orders, obeyed) = channel();
        let (notices, told) = channel();
        let teller = Teller { events, outcomes: outcomes.clone() };
        let telling = thread::Builder::new().name("recordings".into()).spawn(move || teller.run(&told))?;
        let writer = Writer { epoch, recordings: Vec::new(), notices };
        let writing = thread::Builder::new().name("recorder".into()).spawn(move || writer.run(&obeyed))?;
        let dropped = Arc::default();
        Ok(Self { epoch, orders, outcomes, dropped, next: 0, threads: [writing, telling] })
    }

    /// Create the file now, so that a wrong path is the caller's error.
    pub fn open(
        &mut self,
        port: u32,
        path: &str,
        plan: Plan,
        key: Option<&SealKey>,
    ) -> io::Result<(Tap, RecordingHandle)> {
        let store = Store::create(path, key)?;
        self.next = self.next.wrapping_add(1);
        let (tap, line, pieces) = tap::tap(self.epoch, plan.stereo, self.dropped.clone());
        let recording = Recording::new(self.next, port, plan, line.clone(), pieces, store)?;
        let _ = self.orders.send(Order::Begin(Box::new(recording)));
        Ok((tap, RecordingHandle { id: self.next, line, orders: self.orders.clone() }))
    }

    /// What became of a recording, once.
    pub fn take_outcome(&self, recording: u32) -> Option<Outcome> {
        let mut outcomes = self.outcomes.lock().unwrap_or_else(PoisonError::into_inner);
        let place = outcomes.iter().position(|o| o.recording == recording)?;
        Some(outcomes.swap_remove(place))
    }

    /// Packets that found their queue full, of all recordings.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }

    /// Wait until all files are whole and on disk.
    pub fn finish(self) {
        let _ = self.orders.send(Order::Quit);
        for thread in self.threads {
            // A thread that panicked has aborted the process; there is nothing to hear here.
            let _ = thread.join();
        }
    }
}

struct Writer {
    epoch: Instant,
    recordings: Vec<Recording>,
    notices: Sender<Notice>,
}

impl Writer {
    fn run(mut self, orders: &Receiver<Order>) {
        while self.wait(orders) {
            self.round();
        }
        let now = self.now();
        for recording in std::mem::take(&mut self.recordings) {
            self.finish(recording, now, None);
        }
    }

    fn now(&self) -> u64 {
        self.epoch.elapsed().as_nanos() as u64
    }

    /// Obey until it is time to look at the queues; false when the end has come.
    fn wait(&mut self, orders: &Receiver<Order>) -> bool {
        let due = Instant::now() + ROUND;
        loop {
            let order = if self.recordings.is_empty() {
                orders.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                orders.recv_timeout(due.saturating_duration_since(Instant::now()))
            };
            match order {
                Ok(Order::Begin(recording)) => self.recordings.push(*recording),
                Ok(Order::Tell { recording, word, at }) => {
                    if let Some(found) = self.recordings.iter_mut().find(|r| r.id == recording) {
                        found.tell(word, at);
                    }
                }
                Err(RecvTimeoutError::Timeout) => return true,
                Ok(Order::Quit) | Err(RecvTimeoutError::Disconnected) => return false,
            }
        }
    }

    /// What was told before this round is known by now: sound is written only when it is older than a mask can reach.
    fn round(&mut self) {
        let now = self.now();
        let mut index = 0;
        while let Some(recording) = self.recordings.get_mut(index) {
            let failure = recording.work(now).err();
            if recording.has_overrun() {
                let notice = Notice::Overrun { port: recording.port, recording: recording.id };
                let _ = self.notices.send(notice);
            }
            if failure.is_some() || recording.is_over(now) {
                let recording = self.recordings.swap_remove(index);
                self.finish(recording, now, failure);
            } else {
                index += 1;
            }
        }
    }

    fn finish(&self, recording: Recording, now: u64, failure: Option<io::Error>) {
        let (file, outcome) = recording.finish(now, failure);
        let _ = self.notices.send(Notice::Over { file, outcome });
    }
}

struct Teller {
    events: EventSender,
    outcomes: Arc<Mutex<Vec<Outcome>>>,
}

impl Teller {
    fn run(mut self, notices: &Receiver<Notice>) {
        loop {
            match notices.recv_timeout(RETRY) {
                Ok(Notice::Overrun { port, recording }) => {
                    self.events.send(Event::RecordingOverrun { port, recording });
                }
                Ok(Notice::Over { file, outcome }) => self.close(&file, outcome),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.events.retry();
        }
    }

    /// A finished recording outlives a power cut from here on.
    fn close(&mut self, file: &File, mut outcome: Outcome) {
        if let (Err(error), None) = (file.sync_data(), &outcome.failure) {
            outcome.failure = Some(error.to_string());
        }
        let (port, recording) = (outcome.port, outcome.recording);
        self.outcomes.lock().unwrap_or_else(PoisonError::into_inner).push(outcome);
        self.events.send(Event::RecordingOver { port, recording });
    }
}
