//! The binding (abi3): thin classes over the plane. The typed face with its errors is media/plane.py.

use std::collections::VecDeque;
use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::atomic::Ordering::Relaxed;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::codec::Codec;
use crate::command::{Command, Connection};
use crate::digits::receiver::{self, TelephoneEvent};
use crate::event::Event;
use crate::io::clock::{SAMPLE_RATE, TICKS_PER_SECOND};
use crate::plane::{Handle, Plane};
use crate::player::ClipData;

type CounterRow = (&'static str, f64);

#[pyclass(name = "Plane", module = "media._plane", frozen)]
struct PyPlane {
    inner: Arc<Plane>,
}

#[pymethods]
impl PyPlane {
    #[new]
    fn new(address: &str, low: u32, high: u32, threads: Option<usize>, timeout: f64) -> PyResult<Self> {
        let address = ip_of(address)?;
        Ok(Self { inner: Arc::new(Plane::start(address, low..high, threads, timeout).map_err(os_error)?) })
    }

    fn fileno(&self) -> i32 {
        self.inner.events_fd()
    }

    /// Events as (kind, port, number, value): see media/plane.py for what the fields mean.
    fn take_events(&self) -> Vec<(u8, u32, u32, f64)> {
        self.inner.take_events().into_iter().map(row_of).collect()
    }

    #[pyo3(signature = (address=None))]
    fn open_port(&self, py: Python<'_>, address: Option<&str>) -> PyResult<PyPort> {
        let address = address.map(ip_of).transpose()?;
        let handle = py.detach(|| self.inner.open_port(address)).map_err(os_error)?;
        Ok(PyPort { plane: self.inner.clone(), handle })
    }

    fn bridge(&self, a: &PyPort, b: &PyPort) {
        self.inner.bridge(&a.handle, &b.handle);
    }

    fn counters(&self) -> Vec<CounterRow> {
        let totals = self.inner.totals();
        let rows = [
            ("opened", &totals.opened),
            ("closed", &totals.closed),
            ("packets_in", &totals.packets_in),
            ("bytes_in", &totals.bytes_in),
            ("packets_out", &totals.packets_out),
            ("bytes_out", &totals.bytes_out),
            ("dropped", &totals.dropped),
        ];
        let mut rows: Vec<CounterRow> = rows.map(|(name, value)| (name, value.load(Relaxed) as f64)).into();
        rows.push(("recording_drops", self.inner.recording_drops() as f64));
        rows
    }

    fn close(&self, py: Python<'_>) {
        py.detach(|| self.inner.close());
    }
}

fn ip_of(text: &str) -> PyResult<IpAddr> {
    text.parse().map_err(|_| PyValueError::new_err("not an IP address"))
}

/// OSError with its number, which tells the face which limit was met.
fn os_error(error: io::Error) -> PyErr {
    let text = error.to_string();
    match error.raw_os_error() {
        Some(number) => PyOSError::new_err((number, text)),
        None => PyOSError::new_err(text),
    }
}

fn row_of(event: Event) -> (u8, u32, u32, f64) {
    match event {
        Event::DigitPressed { port, digit, duration } => (0, port, u32::from(digit), f64::from(duration)),
        Event::PlaybackFinished { port, playback, completed } => {
            (1, port, playback, f64::from(u8::from(completed)))
        }
        Event::RtpTimeout { port, silence } => (2, port, 0, f64::from(silence)),
        Event::RtpStarted { port } => (3, port, 0, 0.0),
    }
}

#[pyclass(name = "Clip", module = "media._plane", frozen)]
struct PyClip {
    data: Mutex<Option<Arc<ClipData>>>,
    #[pyo3(get)]
    duration: f64,
}

#[pymethods]
impl PyClip {
    /// Encode 16-bit little-endian samples at 8 kHz.
    #[new]
    fn new(py: Python<'_>, pcm: &[u8]) -> Self {
        let data = py.detach(|| {
            let samples: Vec<i16> = pcm.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
            Arc::new(ClipData::encode(&samples))
        });
        Self { duration: data.duration(), data: Mutex::new(Some(data)) }
    }

    /// Give the sound up; ports that still play it finish first.
    fn release(&self) {
        self.data.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}

#[pyclass(name = "Port", module = "media._plane", frozen)]
struct PyPort {
    plane: Arc<Plane>,
    handle: Handle,
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

    #[allow(clippy::too_many_arguments)]
    fn connect(
        &self,
        host: &str,
        number: u16,
        payload: u8,
        event_payload: Option<u8>,
        sending: bool,
        receiving: bool,
        symmetric: bool,
    ) -> PyResult<()> {
        let ip = ip_of(host)?;
        let codec = Codec::from_payload(payload).ok_or_else(|| PyValueError::new_err("no such codec"))?;
        let remote = SocketAddr::new(ip, number);
        let connection = Connection { remote, codec, event_payload, sending, receiving, symmetric };
        self.send(Command::Connect { port: self.handle.id, connection });
        Ok(())
    }

    /// Start a playback; None when a clip was released.
    fn play(&self, clips: Vec<PyRef<'_, PyClip>>, looping: bool, start: f64) -> Option<u32> {
        let clips: Option<Vec<_>> = clips
            .iter()
            .map(|clip| clip.data.lock().unwrap_or_else(PoisonError::into_inner).clone())
            .collect();
        let playback = self.handle.next_playback();
        let start = (start.max(0.0) * f64::from(SAMPLE_RATE)) as u64;
        self.send(Command::Play { port: self.handle.id, playback, clips: clips?, looping, start });
        Some(playback)
    }

    fn stop(&self) {
        self.send(Command::Stop { port: self.handle.id });
    }

    fn echo(&self) {
        self.send(Command::Echo { port: self.handle.id });
    }

    fn unbridge(&self) {
        self.send(Command::Unbridge { port: self.handle.id });
    }

    fn send_digits(&self, digits: &str, duration: f64, gap: f64) -> PyResult<()> {
        let codes: Option<VecDeque<u8>> =
            digits.chars().map(|c| u8::try_from(c).ok().and_then(receiver::code_of)).collect();
        let codes = codes.ok_or_else(|| PyValueError::new_err("not a telephone digit"))?;
        let duration = (duration * f64::from(SAMPLE_RATE)) as u32;
        let gap_ticks = (gap * f64::from(TICKS_PER_SECOND)).round() as u32;
        self.send(Command::SendDigits { port: self.handle.id, codes, duration, gap_ticks });
        Ok(())
    }

    fn record(&self, path: &str) -> PyResult<()> {
        let tap = self.plane.open_recording(path).map_err(os_error)?;
        self.send(Command::Record { port: self.handle.id, tap });
        Ok(())
    }

    fn stop_recording(&self) {
        self.send(Command::StopRecording { port: self.handle.id });
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
            ("digits_in", &counters.digits_in),
            ("digits_out", &counters.digits_out),
            ("send_errors", &counters.send_errors),
            ("remote_lost", &counters.remote_lost),
        ];
        let mut rows: Vec<CounterRow> = rows.map(|(name, value)| (name, value.get() as f64)).into();
        rows.push(("jitter_ms", f64::from(counters.jitter.load(Relaxed)) / 8.0));
        rows.push(("round_trip_ms", f64::from(counters.round_trip.load(Relaxed)) / 65.536));
        rows
    }
}

/// The telephone-event receiver by itself, for property tests.
#[pyclass(name = "DigitReceiver", module = "media._plane")]
#[derive(Default)]
struct PyDigitReceiver {
    inner: receiver::DigitReceiver,
}

#[pymethods]
impl PyDigitReceiver {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    fn feed(&mut self, ssrc: u32, timestamp: u32, payload: &[u8], marker: bool, now: f64) -> Option<char> {
        let event = TelephoneEvent::parse(payload)?;
        self.inner.feed(ssrc, timestamp, event, marker, now).map(|press| char::from(press.digit))
    }
}

fn codec_of(payload: u8) -> PyResult<Codec> {
    Codec::from_payload(payload).ok_or_else(|| PyValueError::new_err("no such codec"))
}

/// Samples (16-bit little-endian) to G.711.
#[pyfunction]
fn encode<'py>(py: Python<'py>, payload: u8, pcm: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let codec = codec_of(payload)?;
    let bytes: Vec<u8> =
        pcm.chunks_exact(2).map(|b| codec.encode(i16::from_le_bytes([b[0], b[1]]))).collect();
    Ok(PyBytes::new(py, &bytes))
}

/// G.711 to samples (16-bit little-endian).
#[pyfunction]
fn decode<'py>(py: Python<'py>, payload: u8, data: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let codec = codec_of(payload)?;
    let pcm: Vec<u8> = data.iter().flat_map(|&byte| codec.decode(byte).to_le_bytes()).collect();
    Ok(PyBytes::new(py, &pcm))
}

#[pymodule]
fn _plane(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add_class::<PyPlane>()?;
    module.add_class::<PyPort>()?;
    module.add_class::<PyClip>()?;
    module.add_class::<PyDigitReceiver>()?;
    module.add_function(wrap_pyfunction!(encode, module)?)?;
    module.add_function(wrap_pyfunction!(decode, module)?)?;
    Ok(())
}
