//! Recording: packets go through a bounded queue to a thread that writes files; packet threads never wait.

use std::collections::HashMap;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering::Relaxed};
use std::sync::mpsc::{sync_channel, Receiver, RecvTimeoutError, SyncSender};
use std::sync::{Arc, Mutex};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use crate::codec::Codec;
use crate::io::clock::SAMPLE_RATE;
use crate::record::wav::WavFile;

const QUEUE: usize = 4096;
/// Samples in one message; longer packets go in pieces.
const PIECE: usize = 240;
const FLUSH_EVERY: Duration = Duration::from_millis(500);
/// Timestamps that stray further than this from the arrival are a new stream, not a gap.
const STRAY: i64 = 2 * SAMPLE_RATE as i64;

struct Piece {
    recording: u32,
    ssrc: u32,
    timestamp: u32,
    /// Arrival, in samples of the plane's clock.
    arrival: u64,
    codec: Codec,
    length: u8,
    data: [u8; PIECE],
}

/// A port's way into its recording.
pub struct Tap {
    recording: u32,
    queue: SyncSender<Piece>,
    open: Arc<AtomicBool>,
    dropped: Arc<AtomicU64>,
}

impl Tap {
    /// Hand a packet over; dropped and counted when the disk cannot keep up.
    pub fn hear(&self, ssrc: u32, timestamp: u32, arrival: u64, codec: Codec, payload: &[u8]) {
        for (index, chunk) in payload.chunks(PIECE).enumerate() {
            let mut data = [0; PIECE];
            data[..chunk.len()].copy_from_slice(chunk);
            let shift = index * PIECE;
            let piece = Piece {
                recording: self.recording,
                ssrc,
                timestamp: timestamp.wrapping_add(shift as u32),
                arrival: arrival + shift as u64,
                codec,
                length: chunk.len() as u8,
                data,
            };
            if self.queue.try_send(piece).is_err() {
                self.dropped.fetch_add(1, Relaxed);
            }
        }
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.open.store(false, Relaxed);
    }
}

struct Registration {
    recording: u32,
    recording_file: Recording,
}

/// The recorder's face: opens files, starts its thread with the first of them.
pub struct Recorder {
    queue: SyncSender<Piece>,
    arrivals: Arc<Mutex<Vec<Registration>>>,
    dropped: Arc<AtomicU64>,
    next: u32,
    writing: JoinHandle<()>,
}

impl Recorder {
    pub fn start() -> io::Result<Self> {
        let (queue, pieces) = sync_channel(QUEUE);
        let arrivals = Arc::new(Mutex::new(Vec::new()));
        let writer = Writer { recordings: HashMap::new(), arrivals: arrivals.clone() };
        let writing = thread::Builder::new().name("recorder".into()).spawn(move || writer.run(&pieces))?;
        Ok(Self { queue, arrivals, dropped: Arc::default(), next: 0, writing })
    }

    /// Create the file now, so that a wrong path is the caller's error.
    pub fn open(&mut self, path: &str) -> io::Result<Tap> {
        let file = WavFile::create(path)?;
        self.next = self.next.wrapping_add(1);
        let open = Arc::new(AtomicBool::new(true));
        let recording_file = Recording { file, open: open.clone(), track: Track::default() };
        if let Ok(mut arrivals) = self.arrivals.lock() {
            arrivals.push(Registration { recording: self.next, recording_file });
        }
        let queue = self.queue.clone();
        Ok(Tap { recording: self.next, queue, open, dropped: self.dropped.clone() })
    }

    /// Wait until all files are whole; the taps must be gone.
    pub fn finish(self) {
        drop(self.queue);
        // A writer that panicked has aborted the process; there is nothing to hear here.
        let _ = self.writing.join();
    }

    pub fn dropped(&self) -> u64 {
        self.dropped.load(Relaxed)
    }
}

struct Recording {
    file: WavFile,
    open: Arc<AtomicBool>,
    track: Track,
}

struct Writer {
    recordings: HashMap<u32, Recording>,
    arrivals: Arc<Mutex<Vec<Registration>>>,
}

impl Writer {
    fn run(mut self, pieces: &Receiver<Piece>) {
        let mut flushed = Instant::now();
        loop {
            match pieces.recv_timeout(Duration::from_millis(100)) {
                Ok(piece) => self.take(&piece),
                Err(RecvTimeoutError::Timeout) => {}
                Err(RecvTimeoutError::Disconnected) => break,
            }
            // Closed recordings first, then what is left of the queue: nothing of theirs comes later.
            let closed = self.closed();
            if !closed.is_empty() || flushed.elapsed() > FLUSH_EVERY {
                for piece in pieces.try_iter().take(QUEUE) {
                    self.take(&piece);
                }
                self.flush(&closed);
                flushed = Instant::now();
            }
        }
        let all: Vec<u32> = self.recordings.keys().copied().collect();
        self.flush(&all);
    }

    fn register(&mut self) {
        if let Ok(mut arrivals) = self.arrivals.lock() {
            for arrival in arrivals.drain(..) {
                self.recordings.insert(arrival.recording, arrival.recording_file);
            }
        }
    }

    fn closed(&mut self) -> Vec<u32> {
        self.register();
        self.recordings.iter().filter(|(_, r)| !r.open.load(Relaxed)).map(|(&id, _)| id).collect()
    }

    fn take(&mut self, piece: &Piece) {
        if !self.recordings.contains_key(&piece.recording) {
            self.register();
        }
        if let Some(recording) = self.recordings.get_mut(&piece.recording) {
            let payload = &piece.data[..usize::from(piece.length)];
            recording.track.place(piece.ssrc, piece.timestamp, piece.arrival, piece.codec, payload);
        }
    }

    fn flush(&mut self, closed: &[u32]) {
        let full: Vec<u32> = self
            .recordings
            .iter_mut()
            .filter_map(|(&id, r)| r.file.append(&r.track.take()).is_err().then_some(id))
            .collect();
        // A full disk ends the recording, never the call.
        for id in closed.iter().chain(&full) {
            self.recordings.remove(id);
        }
    }
}

/// Samples in order of time: gaps are silence, late packets fall into place while they still can.
#[derive(Debug, Default)]
struct Track {
    pending: Vec<u8>,
    /// Samples already handed to the file.
    written: i64,
    ssrc: Option<u32>,
    /// Timestamp minus position, and arrival minus position, of the stream's first packet.
    base: u32,
    began: Option<u64>,
}

impl Track {
    fn place(&mut self, ssrc: u32, timestamp: u32, arrival: u64, codec: Codec, payload: &[u8]) {
        let began = *self.began.get_or_insert(arrival);
        let clock = arrival.saturating_sub(began) as i64;
        let mut position = i64::from(timestamp.wrapping_sub(self.base) as i32);
        if self.ssrc != Some(ssrc) || (position - clock).abs() > STRAY {
            self.ssrc = Some(ssrc);
            position = clock.max(self.end());
            self.base = timestamp.wrapping_sub(position as u32);
        }
        let offset = position - self.written;
        if offset < 0 {
            return;
        }
        let Some(law) = codec.law() else {
            return;
        };
        let (from, to) = (offset as usize * 2, (offset as usize + payload.len()) * 2);
        if self.pending.len() < to {
            self.pending.resize(to, 0);
        }
        for (slot, &byte) in self.pending[from..to].chunks_exact_mut(2).zip(payload) {
            slot.copy_from_slice(&law.decode(byte).to_le_bytes());
        }
    }

    fn end(&self) -> i64 {
        self.written + (self.pending.len() / 2) as i64
    }

    fn take(&mut self) -> Vec<u8> {
        self.written = self.end();
        std::mem::take(&mut self.pending)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn samples(track: &mut Track) -> Vec<i16> {
        track.take().chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect()
    }

    #[test]
    fn gaps_are_silence_and_late_packets_find_their_place() {
        let mut track = Track::default();
        let loud = [0x80u8; 160];
        track.place(1, 1000, 0, Codec::Pcmu, &loud);
        track.place(1, 1480, 480, Codec::Pcmu, &loud);
        track.place(1, 1320, 490, Codec::Pcmu, &loud);
        let heard = samples(&mut track);
        assert_eq!(heard.len(), 640);
        assert!(heard[..160].iter().all(|&s| s == 32124) && heard[160..320].iter().all(|&s| s == 0));
        assert!(heard[320..].iter().all(|&s| s == 32124));
    }

    #[test]
    fn a_wild_timestamp_does_not_fill_the_disk() {
        let mut track = Track::default();
        track.place(1, 0, 0, Codec::Pcmu, &[0; 160]);
        track.place(1, 0x4000_0000, 160, Codec::Pcmu, &[0; 160]);
        track.place(2, 0xC000_0000, 320, Codec::Pcmu, &[0; 160]);
        assert_eq!(samples(&mut track).len(), 480);
    }
}
