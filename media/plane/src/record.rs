//! Recording: what a port hears and is sent, written to files by a thread of its own.

pub mod ogg;
pub mod recorder;
pub mod recording;
pub mod seal;
pub mod shape;
pub mod spans;
pub mod store;
pub mod tap;
pub mod track;
pub mod wav;
