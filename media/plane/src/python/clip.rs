//! Sounds handed down once.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::os_error;
use crate::codec::Codec;
use crate::player::ClipData;

#[pyclass(name = "Clip", module = "media._plane", frozen)]
pub struct PyClip {
    data: Mutex<Option<Arc<ClipData>>>,
    #[pyo3(get)]
    duration: f64,
}

impl PyClip {
    fn of(data: ClipData) -> Self {
        Self { duration: data.duration(), data: Mutex::new(Some(Arc::new(data))) }
    }

    /// The sound, unless it was given up.
    pub fn data(&self) -> Option<Arc<ClipData>> {
        self.data.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

#[pymethods]
impl PyClip {
    /// 16-bit little-endian samples at 8 kHz.
    #[new]
    fn new(pcm: &[u8]) -> Self {
        Self::of(ClipData::new(pcm.into()))
    }

    /// A WAV file, mapped; encodings are kept beside it.
    #[staticmethod]
    fn open(path: PathBuf) -> PyResult<Self> {
        ClipData::open(&path).map(Self::of).map_err(os_error)
    }

    /// Make the sound ready in a codec.
    fn prepare(&self, py: Python<'_>, codec: &str) -> PyResult<()> {
        let codec = Codec::from_name(codec).ok_or_else(|| PyValueError::new_err("no such codec"))?;
        if let Some(data) = self.data() {
            py.detach(|| data.prepare(codec));
        }
        Ok(())
    }

    /// Give the sound up; ports that still play it finish first.
    fn release(&self) {
        self.data.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
