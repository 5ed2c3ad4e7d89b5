//! Samples on their way: between rates, from frames to packets, and mixed for those who hear each other.

pub mod blip;
pub mod mixer;
pub mod resample;
pub mod roles;
pub mod voice;
