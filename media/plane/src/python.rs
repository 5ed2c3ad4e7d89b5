//! The binding (abi3): thin classes over the plane. The typed face with its errors is media/plane.py.

mod clip;
mod coding;
mod connection;
mod port;
mod recording;
mod room;
mod tools;

use std::io;
use std::net::IpAddr;
use std::sync::atomic::Ordering::Relaxed;
use std::sync::Arc;

use pyo3::exceptions::{PyOSError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use crate::event::Event;
use crate::io::socket;
use crate::plane::{Plane, Settings, THREAD_FILL};
use crate::secure::ice::Credentials;
use crate::secure::srtp::Suite;
use clip::PyClip;
use port::PyPort;
use recording::PyRecording;
use room::PyRoom;
use tools::{PyDigitReceiver, PyInbandDetector};

type CounterRow = (&'static str, f64);
type OutcomeRow = (f64, u64, Vec<(f64, f64)>, u64, Option<String>);

#[pyclass(name = "Plane", module = "media._plane", frozen)]
struct PyPlane {
    inner: Arc<Plane>,
}

#[pymethods]
impl PyPlane {
    #[new]
    fn new(
        address: &str,
        ports: (u32, u32),
        threads: Option<usize>,
        fill: Option<usize>,
        timeout: f64,
        dscp: u8,
        realtime: bool,
    ) -> PyResult<Self> {
        let (address, range) = (ip_of(address)?, ports.0..ports.1);
        let fill = fill.unwrap_or(THREAD_FILL);
        let settings = Settings { address, range, threads, fill, timeout, dscp, realtime };
        Ok(Self { inner: Arc::new(Plane::start(settings).map_err(os_error)?) })
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

    fn bridge(&self, a: &PyPort, b: &PyPort) -> PyRoom {
        PyRoom { handle: self.inner.bridge(&a.handle, &b.handle), plane: self.inner.clone() }
    }

    fn open_room(&self) -> PyRoom {
        PyRoom { handle: self.inner.open_room(), plane: self.inner.clone() }
    }

    #[getter]
    fn fingerprint(&self) -> String {
        self.inner.identity().fingerprint.written()
    }

    fn draw_ice(&self) -> (String, String) {
        let drawn = Credentials::new(socket::random());
        (drawn.fragment().into(), drawn.password().into())
    }

    /// Ports on each thread.
    fn loads(&self) -> Vec<usize> {
        self.inner.loads()
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

    /// What became of a recording, once: seconds, bytes, masked spans, packets dropped, why it failed.
    fn take_outcome(&self, recording: u32) -> Option<OutcomeRow> {
        let outcome = self.inner.take_outcome(recording)?;
        Some((outcome.seconds, outcome.bytes, outcome.masked, outcome.dropped, outcome.failure))
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
        Event::DigitPressed { port, digit, duration, means } => {
            (0, port, u32::from(digit) | (means as u32) << 8, f64::from(duration))
        }
        Event::PlaybackFinished { port, playback, completed } => {
            (1, port, playback, f64::from(u8::from(completed)))
        }
        Event::RtpTimeout { port, silence } => (2, port, 0, f64::from(silence)),
        Event::RtpStarted { port } => (3, port, 0, 0.0),
        Event::MediaSecured { port, suite } => (4, port, suite as u32, 0.0),
        Event::MediaFailed { port, failure } => (5, port, failure as u32, 0.0),
        Event::SpeechStarted { port } => (6, port, 0, 0.0),
        Event::SpeechEnded { port, seconds } => (7, port, 0, f64::from(seconds)),
        Event::DeadAir { port, silence } => (8, port, 0, f64::from(silence)),
        Event::OneWayAudio { port, silence } => (9, port, 0, f64::from(silence)),
        Event::AnswerGuessed { port, guess } => (10, port, guess.who as u32, f64::from(guess.reason as u32)),
        Event::RecordingOver { port, recording } => (20, port, recording, 0.0),
        Event::RecordingOverrun { port, recording } => (21, port, recording, 0.0),
        Event::HookFlash { port } => (11, port, 0, 0.0),
    }
}

#[pymodule]
fn _plane(module: &Bound<'_, PyModule>) -> PyResult<()> {
    module.add("SUITES", PyTuple::new(module.py(), Suite::ALL.map(Suite::name))?)?;
    module.add_class::<PyPlane>()?;
    module.add_class::<PyPort>()?;
    module.add_class::<PyRoom>()?;
    module.add_class::<PyClip>()?;
    module.add_class::<PyRecording>()?;
    module.add_class::<PyDigitReceiver>()?;
    module.add_class::<PyInbandDetector>()?;
    module.add_function(wrap_pyfunction!(coding::encode, module)?)?;
    module.add_function(wrap_pyfunction!(coding::decode, module)?)?;
    module.add_class::<coding::PyEncoder>()?;
    module.add_class::<coding::PyDecoder>()?;
    Ok(())
}
