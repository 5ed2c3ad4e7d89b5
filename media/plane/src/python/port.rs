//! A port as Python commands it.

use std::collections::VecDeque;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::clip::PyClip;
use super::connection::ConnectionTold;
use super::recording::PyRecording;
use super::{os_error, CounterRow};
use crate::command::Command;
use crate::digits::receiver;
use crate::io::clock::{SAMPLE_RATE, TICKS_PER_SECOND};
use crate::plane::{Handle, Plane};
use crate::port::hearing::Hearing;
use crate::record::recording::Plan;
use crate::record::shape::Format;
use crate::samples::listening::Wanted;

#[pyclass(name = "Port", module = "media._plane", frozen)]
pub struct PyPort {
    pub plane: Arc<Plane>,
    pub handle: Handle,
}

impl PyPort {
    fn send(&self, command: Command) {
        self.plane.send(&self.handle, command);
    }
}

#[pymethods]
impl PyPort {
    #[getter]
    fn id(&self) -> u32 {
        self.handle.id
    }

    #[getter]
    fn number(&self) -> u16 {
        self.handle.number
    }

    /// Begin or change the stream; `told` is a media.connection.Connection.
    fn connect(&self, told: ConnectionTold) -> PyResult<()> {
        let (connection, security) = (told.connection()?, told.security(&self.plane)?);
        self.send(Command::Connect { port: self.handle.id, connection, security });
        Ok(())
    }

    /// Start a playback; None when a clip was released.
    fn play(
        &self,
        clips: Vec<PyRef<'_, PyClip>>,
        looping: bool,
        start: f64,
        gain: f32,
        over: bool,
    ) -> Option<u32> {
        let clips: Option<Vec<_>> = clips.iter().map(|clip| clip.data()).collect();
        let playback = self.handle.next_playback();
        let (port, start) = (self.handle.id, samples_of(start));
        self.send(Command::Play { port, playback, clips: clips?, looping, start, gain, over });
        Some(playback)
    }

    #[pyo3(signature = (playback=None))]
    fn stop(&self, playback: Option<u32>) {
        self.send(Command::Stop { port: self.handle.id, playback });
    }

    fn pause(&self, on: bool) {
        self.send(Command::Pause { port: self.handle.id, on });
    }

    fn seek(&self, seconds: f64) {
        self.send(Command::Seek { port: self.handle.id, place: samples_of(seconds) });
    }

    fn set_gain(&self, gain: f32) {
        self.send(Command::SetGain { port: self.handle.id, gain });
    }

    fn echo(&self) {
        self.send(Command::Echo { port: self.handle.id });
    }

    fn secure(&self, on: bool, blips: bool) {
        self.send(Command::Secure { port: self.handle.id, on, blips });
    }

    fn unbridge(&self) {
        self.send(Command::Unbridge { port: self.handle.id });
    }

    fn send_digits(&self, digits: &str, duration: f64, gap: f64) -> PyResult<()> {
        let codes: Option<VecDeque<u8>> =
            digits.chars().map(|c| u8::try_from(c).ok().and_then(receiver::code_of)).collect();
        let codes = codes.ok_or_else(|| PyValueError::new_err("not a telephone digit"))?;
        let [press_ms, gap_ms] = [duration, gap].map(|seconds| (seconds * 1000.0).round() as u32);
        self.send(Command::SendDigits { port: self.handle.id, codes, press_ms, gap_ms });
        Ok(())
    }

    /// Begin a recording; `key` is a file that holds the key to seal it with, `look_back` is in seconds.
    #[allow(clippy::too_many_arguments)]
    fn record(
        &self,
        py: Python<'_>,
        path: &str,
        stereo: bool,
        format: &str,
        tone: bool,
        look_back: f64,
        key: Option<&str>,
    ) -> PyResult<PyRecording> {
        let format = Format::from_name(format).ok_or_else(|| PyValueError::new_err("no such format"))?;
        let look_back = (look_back.clamp(0.0, 1.0) * 1e9) as u64;
        let plan = Plan { stereo, format, tone, look_back };
        let port = self.handle.id;
        let (tap, handle) =
            py.detach(|| self.plane.open_recording(port, path, plan, key)).map_err(os_error)?;
        self.send(Command::Record { port, tap });
        Ok(PyRecording { handle })
    }

    fn stop_recording(&self) {
        self.send(Command::StopRecording { port: self.handle.id });
    }

    /// Listen and tell: times in seconds, 0 is never.
    fn listen(&self, hangover: f64, dead_air: f64, one_way: f64, answer: bool) {
        let [hangover, dead_air, one_way] = [hangover, dead_air, one_way].map(ticks_of);
        let hearing = Hearing::new(Wanted { hangover, dead_air, one_way, answer });
        self.send(Command::Listen { port: self.handle.id, hearing: Some(Box::new(hearing)) });
    }

    fn stop_listening(&self) {
        self.send(Command::Listen { port: self.handle.id, hearing: None });
    }

    /// What listening has shown: see media/counters.py.
    fn listened(&self) -> [f64; 9] {
        let listened = &self.handle.counters.listened;
        let (level, peak) = (f64::from(listened.level.get()), f64::from(listened.peak.get()));
        let shares = [&listened.far, &listened.near, &listened.both, &listened.none];
        let [far, near, both, none] = shares.map(|ticks| ticks.get() as f64 / f64::from(TICKS_PER_SECOND));
        let (late, concealed) = (listened.late.get() as f64, listened.concealed.get() as f64);
        let wait = f64::from(listened.wait.load(Relaxed)) / 1000.0;
        [far, near, both, none, level, peak, late, concealed, wait]
    }

    fn close(&self) {
        self.send(Command::Close { port: self.handle.id });
    }

    fn counters(&self) -> Vec<CounterRow> {
        let counters = &*self.handle.counters;
        let rows = [
            ("packets_in", &counters.packets_in),
            ("bytes_in", &counters.bytes_in),
            ("packets_out", &counters.packets_out),
            ("bytes_out", &counters.bytes_out),
            ("lost", &counters.lost),
            ("out_of_order", &counters.out_of_order),
            ("duplicates", &counters.duplicates),
            ("bad", &counters.bad),
            ("strangers", &counters.strangers),
            ("unknown", &counters.unknown),
            ("refused", &counters.refused),
            ("digits_in", &counters.digits_in),
            ("digits_out", &counters.digits_out),
            ("send_errors", &counters.send_errors),
            ("remote_lost", &counters.remote_lost),
        ];
        let mut rows: Vec<CounterRow> = rows.map(|(name, value)| (name, value.get() as f64)).into();
        rows.push(("jitter_ms", f64::from(counters.jitter.load(Relaxed)) / 1000.0));
        rows.push(("round_trip_ms", f64::from(counters.round_trip.load(Relaxed)) / 65.536));
        rows
    }
}

/// Seconds in ticks; what is not 0 is one at least.
fn ticks_of(seconds: f64) -> u32 {
    (seconds.max(0.0) * f64::from(TICKS_PER_SECOND)).ceil() as u32
}

fn samples_of(seconds: f64) -> u64 {
    (seconds.max(0.0) * f64::from(SAMPLE_RATE)) as u64
}
