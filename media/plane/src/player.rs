//! Playback: sounds, and what plays them into a stream.

pub mod clip;
pub mod playlist;

pub use clip::ClipData;
pub use playlist::Player;
