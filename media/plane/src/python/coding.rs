//! The codecs by themselves, for tests and measuring; samples are 16-bit little-endian.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;

use crate::codec::{Codec, Decoder, Encoder, LONGEST};
use crate::samples::voice::Voice;

fn codec_of(name: &str) -> PyResult<Codec> {
    Codec::from_name(name).ok_or_else(|| PyValueError::new_err("no such codec"))
}

/// Encode in one piece; of Opus that is one packet.
#[pyfunction]
pub fn encode<'py>(py: Python<'py>, codec: &str, pcm: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let mut out = vec![0; pcm.len()];
    let length = Encoder::new(codec_of(codec)?).encode(&samples_of(pcm), &mut out);
    Ok(PyBytes::new(py, &out[..length]))
}

/// Decode in one piece; of Opus that is one packet.
#[pyfunction]
pub fn decode<'py>(py: Python<'py>, codec: &str, payload: &[u8]) -> PyResult<Bound<'py, PyBytes>> {
    let mut pcm = vec![0; LONGEST.max(2 * payload.len())];
    let count = Decoder::new(codec_of(codec)?).decode(payload, &mut pcm);
    Ok(bytes_of(py, &pcm[..count]))
}

/// What a port says: samples at 8 or 16 kHz in, payloads of one packet time out.
#[pyclass(name = "Encoder", module = "media._plane")]
pub struct PyEncoder {
    inner: Voice,
}

#[pymethods]
impl PyEncoder {
    #[new]
    fn new(codec: &str, packet_ms: u32) -> PyResult<Self> {
        Ok(Self { inner: Voice::new(codec_of(codec)?, packet_ms) })
    }

    fn expect_loss(&mut self, percent: u8) {
        self.inner.expect_loss(percent);
    }

    /// The payloads that these samples complete.
    fn encode<'py>(&mut self, py: Python<'py>, pcm: &[u8], rate: u32) -> PyResult<Vec<Bound<'py, PyBytes>>> {
        if rate != 8000 && rate != 16000 {
            return Err(PyValueError::new_err("the rate is 8000 or 16000"));
        }
        let (mut payloads, mut out) = (Vec::new(), [0; 2048]);
        for frame in samples_of(pcm).chunks(80) {
            self.inner.push(frame, rate);
            while let Some(length) = self.inner.next(&mut out) {
                payloads.push(PyBytes::new(py, &out[..length]));
            }
        }
        Ok(payloads)
    }
}

/// What a port hears of one stream.
#[pyclass(name = "Decoder", module = "media._plane")]
pub struct PyDecoder {
    inner: Decoder,
}

#[pymethods]
impl PyDecoder {
    #[new]
    fn new(codec: &str) -> PyResult<Self> {
        Ok(Self { inner: Decoder::new(codec_of(codec)?) })
    }

    fn decode<'py>(&mut self, py: Python<'py>, payload: &[u8]) -> Bound<'py, PyBytes> {
        let mut pcm = [0; LONGEST];
        let count = self.inner.decode(payload, &mut pcm);
        bytes_of(py, &pcm[..count])
    }

    /// So many samples in place of a lost payload; `following` is the one after it, where it has come already.
    #[pyo3(signature = (samples, following=None))]
    fn conceal<'py>(
        &mut self,
        py: Python<'py>,
        samples: usize,
        following: Option<&[u8]>,
    ) -> Bound<'py, PyBytes> {
        let mut pcm = [0; LONGEST];
        let gap = &mut pcm[..samples.min(LONGEST)];
        match following {
            Some(next) => self.inner.decode_lost_with_next(next, gap),
            None => self.inner.conceal(gap),
        }
        bytes_of(py, gap)
    }
}

fn samples_of(pcm: &[u8]) -> Vec<i16> {
    pcm.chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect()
}

fn bytes_of<'py>(py: Python<'py>, pcm: &[i16]) -> Bound<'py, PyBytes> {
    let bytes: Vec<u8> = pcm.iter().flat_map(|sample| sample.to_le_bytes()).collect();
    PyBytes::new(py, &bytes)
}
