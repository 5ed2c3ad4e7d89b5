//! Samples on their way: out of packets and into them, between rates, and mixed for those who hear each other.

pub mod answer;
pub mod arrivals;
pub mod blip;
pub mod conceal;
pub mod decoded;
pub mod ear;
pub mod fade;
pub mod jitter;
pub mod level;
pub mod listening;
pub mod mixer;
pub mod resample;
pub mod roles;
pub mod room;
pub mod stretch;
#[cfg(test)]
mod test_voice;
pub mod voice;
pub mod voice_activity;
