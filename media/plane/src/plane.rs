//! The plane as one object: starts the threads, opens ports, sends each command to the thread that owns the port.

mod balance;
mod rooms;

use std::io;
use std::net::IpAddr;
use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use std::thread::{self, JoinHandle};

use balance::{Home, Homes};
pub use rooms::RoomHandle;

use zeroize::Zeroizing;

use crate::command::Command;
use crate::counters::{PortCounters, Totals};
use crate::engine::{Engine, Shared};
use crate::event::Event;
use crate::io::allocator::Allocator;
use crate::io::clock::{Clock, TICKS_PER_SECOND};
use crate::io::rings::{self, CommandSender, EventReceiver, EventSender};
use crate::io::socket;
use crate::port::Port;
use crate::record::recorder::{Recorder, RecordingHandle};
use crate::record::recording::{Outcome, Plan};
use crate::record::seal::SealKey;
use crate::record::tap::Tap;
use crate::secure::dtls::Identity;

/// Ports on one thread before the next is used: a seventh of a core, and half the wake-ups of two threads.
pub const THREAD_FILL: usize = 512;
/// Codecs and handshakes want more than the least; it is only reserved.
const STACK: usize = 1 << 20;
/// More threads than this serve no machine we know of; the sockets are the limit long before.
const MOST_THREADS: usize = 16;

/// What the caller keeps of a port.
#[derive(Debug)]
pub struct Handle {
    pub id: u32,
    pub number: u16,
    pub counters: Arc<PortCounters>,
    home: Arc<Home>,
    playback: AtomicU32,
}

impl Handle {
    pub fn next_playback(&self) -> u32 {
        self.playback.fetch_add(1, Relaxed) + 1
    }
}

/// How a plane runs.
pub struct Settings {
    pub address: IpAddr,
    /// UDP ports that may be used.
    pub range: Range<u32>,
    /// One for each core unless told.
    pub threads: Option<usize>,
    /// Ports on one thread before the next is used.
    pub fill: usize,
    /// Seconds of silence that are told.
    pub timeout: f64,
    /// The mark of our packets (RFC 2474).
    pub dscp: u8,
    /// Ask for real-time scheduling.
    pub realtime: bool,
}

pub struct Plane {
    address: IpAddr,
    range: Range<u32>,
    dscp: u8,
    shared: Arc<Shared>,
    threads: Vec<CommandSender>,
    events: Mutex<EventReceiver>,
    events_fd: i32,
    recorder: Mutex<Option<Recorder>>,
    /// The recorder's end of the events until it starts.
    recorder_events: Mutex<Option<EventSender>>,
    homes: Mutex<Homes>,
    fill: usize,
    joins: Mutex<Vec<JoinHandle<()>>>,
    next_id: AtomicU32,
    identity: OnceLock<Arc<Identity>>,
}

impl Plane {
    pub fn start(settings: Settings) -> io::Result<Self> {
        let Settings { address, range, timeout, .. } = settings;
        let cores = thread::available_parallelism().map_or(1, usize::from);
        let count = settings.threads.unwrap_or(cores).clamp(1, MOST_THREADS);
        let shared = Arc::new(Shared {
            clock: Clock::start(),
            totals: Totals::default(),
            allocator: Mutex::new(Allocator::new(range.clone())),
            loads: (0..count).map(|_| AtomicUsize::new(0)).collect(),
            realtime: settings.realtime,
            timeout_ticks: (timeout * f64::from(TICKS_PER_SECOND)).clamp(1.0, 1e9) as u32,
        });
        let (sender, receiver) = rings::events()?;
        let (senders, receivers): (Vec<_>, Vec<_>) =
            (0..count).map(|_| rings::commands()).collect::<io::Result<Vec<_>>>()?.into_iter().unzip();
        let mut joins = Vec::new();
        for (index, commands) in receivers.into_iter().enumerate() {
            let engine = Engine::new(index, shared.clone(), commands, senders.clone(), sender.another())?;
            let named = thread::Builder::new().name(format!("media-{index}")).stack_size(STACK);
            joins.push(named.spawn(move || engine.run())?);
        }
        Ok(Self {
            address,
            range,
            dscp: settings.dscp,
            shared,
            threads: senders,
            events_fd: receiver.fd(),
            events: Mutex::new(receiver),
            recorder: Mutex::new(None),
            recorder_events: Mutex::new(Some(sender)),
            homes: Mutex::new(Homes::new(count)),
            fill: settings.fill.max(1),
            joins: Mutex::new(joins),
            next_id: AtomicU32::new(1),
            identity: OnceLock::new(),
        })
    }

    /// The certificate of this start; made when it is first asked for.
    pub fn identity(&self) -> Arc<Identity> {
        let make = || loop {
            if let Ok(made) = Identity::new(&Zeroizing::new(socket::random()), socket::random()) {
                return Arc::new(made);
            }
        };
        self.identity.get_or_init(make).clone()
    }

    pub fn events_fd(&self) -> i32 {
        self.events_fd
    }

    pub fn take_events(&self) -> Vec<Event> {
        locked(&self.events).take_all()
    }

    pub fn totals(&self) -> &Totals {
        &self.shared.totals
    }

    pub fn recording_drops(&self) -> u64 {
        locked(&self.recorder).as_ref().map_or(0, Recorder::dropped)
    }

    /// Open a pair of sockets, trying the next pair while another program holds one: on the plane's address, or on
    /// another one of this machine (of the other family).
    pub fn open_port(&self, address: Option<IpAddr>) -> io::Result<Handle> {
        let address = address.unwrap_or(self.address);
        let id = self.next_id.fetch_add(1, Relaxed);
        let beat = self.shared.clock.beat().count();
        let pairs = locked(&self.shared.allocator).pairs();
        for _ in 0..pairs {
            let Some(number) = locked(&self.shared.allocator).take() else {
                break;
            };
            match Port::open(id, address, number, self.dscp, beat) {
                Ok(port) => return Ok(self.adopt(port)),
                Err(error) => {
                    locked(&self.shared.allocator).give_back(number);
                    if error.kind() != io::ErrorKind::AddrInUse {
                        return Err(error);
                    }
                }
            }
        }
        let (low, high) = (self.range.start, self.range.end.saturating_sub(1));
        let text = format!("all {pairs} RTP port pairs from {low} to {high} are in use");
        Err(io::Error::new(io::ErrorKind::AddrInUse, text))
    }

    fn adopt(&self, port: Port) -> Handle {
        let thread = self.choose_thread();
        self.shared.loads[thread].fetch_add(1, Relaxed);
        self.shared.totals.opened.fetch_add(1, Relaxed);
        let handle = Handle {
            id: port.id,
            number: port.number,
            counters: port.counters.clone(),
            home: Arc::new(Home {
                id: port.id,
                thread: AtomicUsize::new(thread),
                bound: AtomicBool::new(false),
            }),
            playback: AtomicU32::new(0),
        };
        self.threads[thread].send_unhurried(Command::Adopt(Box::new(port)));
        self.settle(&handle.home);
        handle
    }

    fn choose_thread(&self) -> usize {
        let loads = self.shared.loads.iter().map(|load| load.load(Relaxed));
        loads.enumerate().min_by_key(|&(index, load)| (load / self.fill, index)).map_or(0, |(i, _)| i)
    }

    pub fn send(&self, handle: &Handle, command: Command) {
        let _held = locked(&self.homes);
        self.threads[handle.home.thread.load(Relaxed)].send_unhurried(command);
    }

    /// Create the file of a recording, sealed with the key in the file `key`; the recorder starts with the first.
    pub fn open_recording(
        &self,
        port: u32,
        path: &str,
        plan: Plan,
        key: Option<&str>,
    ) -> io::Result<(Tap, RecordingHandle)> {
        let key = key.map(SealKey::read).transpose()?;
        let mut recorder = locked(&self.recorder);
        if let Some(recorder) = recorder.as_mut() {
            return recorder.open(port, path, plan, key.as_ref());
        }
        let events = locked(&self.recorder_events).take();
        let events = events.ok_or_else(|| io::Error::other("the media plane is closed"))?;
        recorder.insert(Recorder::start(events)?).open(port, path, plan, key.as_ref())
    }

    /// What became of a recording, once.
    pub fn take_outcome(&self, recording: u32) -> Option<Outcome> {
        locked(&self.recorder).as_ref()?.take_outcome(recording)
    }

    /// End all threads and wait for them; ports and files are closed with them.
    pub fn close(&self) {
        for thread in &self.threads {
            thread.send(Command::Quit);
        }
        for join in locked(&self.joins).drain(..) {
            // A thread that panicked has aborted the process; there is nothing to hear here.
            let _ = join.join();
        }
        if let Some(recorder) = locked(&self.recorder).take() {
            recorder.finish();
        }
    }
}

impl Drop for Plane {
    fn drop(&mut self) {
        self.close();
    }
}

/// A lock whose holder cannot have panicked half-way (panics abort).
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
