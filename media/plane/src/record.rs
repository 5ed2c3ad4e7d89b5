//! Recording: what is heard, written to files by a thread of its own.

pub mod recorder;
pub mod wav;
