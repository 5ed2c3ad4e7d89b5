//! Parts of the plane by themselves, for tests and measuring.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::codec::Codec;
use crate::digits::receiver::{self, TelephoneEvent};

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
pub fn encode<'py>(py: Python<'py>, payload: u8, pcm: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let codec = codec_of(payload)?;
    let bytes: Vec<u8> =
        pcm.chunks_exact(2).map(|b| codec.encode(i16::from_le_bytes([b[0], b[1]]))).collect();
    Ok(PyBytes::new(py, &bytes))
}

/// G.711 to samples (16-bit little-endian).
#[pyfunction]
pub fn decode<'py>(py: Python<'py>, payload: u8, data: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let codec = codec_of(payload)?;
    let pcm: Vec<u8> = data.iter().flat_map(|&byte| codec.decode(byte).to_le_bytes()).collect();
    Ok(PyBytes::new(py, &pcm))
}
