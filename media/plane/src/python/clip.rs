//! Sounds handed down once.

use std::sync::{Arc, Mutex, PoisonError};

use pyo3::prelude::*;

use crate::player::ClipData;

#[pyclass(name = "Clip", module = "media._plane", frozen)]
pub struct PyClip {
    pub data: Mutex<Option<Arc<ClipData>>>,
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
