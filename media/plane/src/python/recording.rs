//! A recording as Python commands it: words take effect at the moment they are said, whatever waits in queues.

use pyo3::prelude::*;

use crate::record::recorder::RecordingHandle;
use crate::record::recording::Word;

#[pyclass(name = "Recording", module = "media._plane", frozen)]
pub struct PyRecording {
    pub handle: RecordingHandle,
}

#[pymethods]
impl PyRecording {
    #[getter]
    fn id(&self) -> u32 {
        self.handle.id
    }

    fn mask(&self) {
        self.handle.tell(Word::Mask);
    }

    fn unmask(&self) {
        self.handle.tell(Word::Unmask);
    }

    fn pause(&self) {
        self.handle.tell(Word::Pause);
    }

    fn resume(&self) {
        self.handle.tell(Word::Resume);
    }

    fn stop(&self) {
        self.handle.stop();
    }
}
