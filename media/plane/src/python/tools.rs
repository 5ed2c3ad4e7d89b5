//! Parts of the plane by themselves, for tests and measuring.

use pyo3::prelude::*;

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
