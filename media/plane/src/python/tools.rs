//! Parts of the plane by themselves, for tests and measuring.

use pyo3::prelude::*;

use crate::digits::inband::{InbandDetector, FRAME};
use crate::digits::receiver::{self, Carried, TelephoneEvent};

/// The telephone-event receiver by itself, for property tests.
#[pyclass(name = "DigitReceiver", module = "media._plane")]
#[derive(Default)]
pub struct PyDigitReceiver {
    inner: receiver::DigitReceiver,
}

#[pymethods]
impl PyDigitReceiver {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// One packet of source 1; its place and time in the stream, and whether it has the marker.
    #[pyo3(signature = (sequence, timestamp, payload, marker, now, clock=8000))]
    fn feed(
        &mut self,
        sequence: u16,
        timestamp: u32,
        payload: &[u8],
        marker: bool,
        now: f64,
        clock: u32,
    ) -> Option<char> {
        let event = TelephoneEvent::parse(payload)?;
        let packet = Carried { ssrc: 1, sequence, timestamp, marker, event };
        self.inner.feed(packet, clock, now).map(|press| char::from(press.digit))
    }
}

/// The receiver of keys in sound by itself, for measuring it.
#[pyclass(name = "InbandDetector", module = "media._plane")]
#[derive(Default)]
pub struct PyInbandDetector {
    inner: InbandDetector,
}

#[pymethods]
impl PyInbandDetector {
    #[new]
    fn new() -> Self {
        Self::default()
    }

    /// Whole frames of 20 ms (16-bit little-endian samples at 8 kHz): each key told, with the number of its frame.
    fn hear(&mut self, py: Python<'_>, pcm: &[u8]) -> Vec<(usize, char)> {
        py.detach(|| {
            let samples: Vec<i16> = pcm.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect();
            let frames = samples.chunks_exact(FRAME).filter_map(|frame| frame.try_into().ok()).enumerate();
            let told = frames.filter_map(|(number, frame)| Some((number, self.inner.hear(frame)?)));
            told.map(|(number, press)| (number, char::from(press.digit))).collect()
        })
    }
}
