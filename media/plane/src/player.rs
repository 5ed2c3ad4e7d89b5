//! Playback: clips encoded once are cut into packets; only with a gain, over other sound, or in packets that were
//! not made beforehand are samples encoded as they are played.

mod blob;
pub mod clip;
pub mod gain;
pub mod playlist;

pub use clip::ClipData;
use gain::Gain;
pub use playlist::Playlist;

use crate::codec::Codec;
use crate::io::clock::SAMPLE_RATE;
use crate::samples::voice::Voice;

/// The longest payload that is played.
pub const PAYLOAD: usize = 1920;
/// Samples at 8 kHz of the longest packet, 60 ms.
const LONGEST: usize = 480;
/// What an announcement is played over goes down by 18 dB.
const UNDER: f32 = 0.126;

/// How a port sends: what its player makes packets for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    pub codec: Codec,
    pub ptime_ms: u32,
}

/// One playback: a number its end is told with.
#[derive(Debug)]
pub struct Playback {
    pub id: u32,
    pub list: Playlist,
    pub gain: Gain,
}

impl Playback {
    pub fn new(id: u32, list: Playlist, gain: f32) -> Self {
        Self { id, list, gain: Gain::fixed(gain) }
    }
}

/// What a port plays: one playback, and at times another over it.
#[derive(Debug)]
pub struct Player {
    under: Option<Playback>,
    over: Option<Playback>,
    paused: bool,
    /// What the playback below is turned down by while another is over it.
    ducking: Gain,
    shape: Shape,
    /// Present where samples are encoded as they are played.
    voice: Option<Box<Voice>>,
}

impl Player {
    pub fn new(playback: Playback, shape: Shape) -> Self {
        let mut player =
            Self { under: Some(playback), over: None, paused: false, ducking: Gain::ONE, shape, voice: None };
        player.fit();
        player
    }

    /// Play something over what plays; returns the playback it replaces.
    pub fn lay_over(&mut self, playback: Playback) -> Option<Playback> {
        self.ducking.set(UNDER);
        let replaced = self.over.replace(playback);
        self.fit();
        replaced
    }

    pub fn reshape(&mut self, shape: Shape) {
        if shape != self.shape {
            self.shape = shape;
            self.voice = None;
            self.fit();
        }
    }

    pub fn pause(&mut self, on: bool) {
        self.paused = on;
    }

    /// Go to a place of the playback below, in samples.
    pub fn seek(&mut self, place: u64) {
        if let Some(playback) = &mut self.under {
            playback.list.seek(place);
        }
    }

    pub fn set_gain(&mut self, gain: f32) {
        if let Some(playback) = &mut self.under {
            playback.gain.set(gain);
        }
        self.fit();
    }

    /// End a playback before its time.
    pub fn take(&mut self, id: u32) -> Option<Playback> {
        if self.over.as_ref().is_some_and(|p| p.id == id) {
            self.ducking.set(1.0);
            return self.over.take();
        }
        self.under.take_if(|p| p.id == id)
    }

    /// Take out what has come to its end, or (`all`) whatever is left; call until there is none.
    pub fn take_over(&mut self, all: bool) -> Option<Playback> {
        let ended = |p: &mut Playback| all || p.list.is_over();
        if let Some(playback) = self.over.take_if(ended) {
            self.ducking.set(1.0);
            return Some(playback);
        }
        self.under.take_if(ended)
    }

    pub fn is_empty(&self) -> bool {
        self.under.is_none() && self.over.is_none()
    }

    /// Whether nothing is to be sent now.
    pub fn rests(&self) -> bool {
        self.over.is_none() && self.paused
    }

    /// Encode as it plays where nothing made beforehand fits. Only commands call this: it may allocate.
    fn fit(&mut self) {
        let plain = self.under.as_ref().is_some_and(|p| self.is_made(p));
        if !plain && self.voice.is_none() {
            self.voice = Some(Box::new(Voice::new(self.shape.codec, self.shape.ptime_ms)));
        }
    }

    fn is_made(&self, playback: &Playback) -> bool {
        let whole = self.shape.codec != Codec::Opus || self.shape.ptime_ms == 20;
        self.over.is_none()
            && self.ducking.is_one()
            && playback.gain.is_one()
            && whole
            && playback.list.is_ready(self.shape.codec)
    }

    /// The next packet's payload; None when there is none to send.
    pub fn next<'a>(&'a mut self, scratch: &'a mut [u8; PAYLOAD]) -> Option<&'a [u8]> {
        let samples = (SAMPLE_RATE / 1000 * self.shape.ptime_ms) as usize;
        if self.under.as_ref().is_some_and(|p| !p.list.is_over() && self.is_made(p)) {
            let list = &mut self.under.as_mut()?.list;
            return match self.shape.codec {
                Codec::Opus => list.next_packet(Codec::Opus),
                codec => list.next_bytes(codec, samples, &mut scratch[..]),
            };
        }
        self.mix(samples, scratch)
    }

    fn mix<'a>(&'a mut self, samples: usize, scratch: &'a mut [u8; PAYLOAD]) -> Option<&'a [u8]> {
        let mut mixed = [0i16; LONGEST];
        let mixed = mixed.get_mut(..samples)?;
        if let (Some(under), false) = (&mut self.under, self.paused) {
            under.list.next_samples(mixed);
            under.gain.apply(mixed);
            self.ducking.apply(mixed);
        }
        if let Some(over) = &mut self.over {
            let mut above = [0i16; LONGEST];
            let above = &mut above[..samples];
            over.list.next_samples(above);
            over.gain.apply(above);
            for (sample, more) in mixed.iter_mut().zip(above) {
                *sample = sample.saturating_add(*more);
            }
        }
        let voice = self.voice.as_mut()?;
        voice.push(mixed, SAMPLE_RATE);
        let length = voice.next(&mut scratch[..])?;
        scratch.get(..length)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use crate::codec::g711::Law;

    use super::*;

    fn playback(id: u32, value: i16, samples: usize) -> Playback {
        let clip = ClipData::new(value.to_le_bytes().repeat(samples));
        clip.prepare(Codec::Pcmu);
        Playback::new(id, Playlist::new(vec![Arc::new(clip)], false, 0), 1.0)
    }

    fn loudness(player: &mut Player) -> Option<i16> {
        let mut scratch = [0; PAYLOAD];
        player.next(&mut scratch).map(|payload| Law::Mu.decode(payload[payload.len() - 1]))
    }

    const SHAPE: Shape = Shape { codec: Codec::Pcmu, ptime_ms: 20 };

    #[test]
    fn what_is_below_comes_back_when_the_announcement_is_over() {
        let mut player = Player::new(playback(1, 8000, 16_000), SHAPE);
        assert!((7800..8200).contains(&loudness(&mut player).unwrap()) && player.voice.is_none());
        assert!(player.lay_over(playback(2, 0, 320)).is_none());
        loudness(&mut player);
        assert!((900..1100).contains(&loudness(&mut player).unwrap()));
        assert_eq!(player.take_over(false).map(|p| p.id), Some(2));
        loudness(&mut player);
        assert!((7800..8200).contains(&loudness(&mut player).unwrap()));
        assert!(player.take_over(false).is_none() && !player.is_empty());
    }

    #[test]
    fn a_pause_keeps_the_place() {
        let mut player = Player::new(playback(1, 8000, 320), SHAPE);
        loudness(&mut player);
        player.pause(true);
        assert!(player.rests());
        player.pause(false);
        loudness(&mut player);
        assert_eq!(player.take_over(false).map(|p| p.id), Some(1));
        assert!(player.is_empty());
    }

    #[test]
    fn another_packet_time_and_another_codec_play_on() {
        let mut player = Player::new(playback(1, 8000, 8000), Shape { codec: Codec::Pcmu, ptime_ms: 60 });
        let mut scratch = [0; PAYLOAD];
        assert_eq!(player.next(&mut scratch).map(<[u8]>::len), Some(480));
        player.reshape(Shape { codec: Codec::L16Wide, ptime_ms: 20 });
        assert_eq!(player.next(&mut scratch).map(<[u8]>::len), Some(640));
    }

    #[test]
    fn a_gain_is_heard() {
        let mut player = Player::new(playback(1, 8000, 8000), SHAPE);
        player.set_gain(0.25);
        loudness(&mut player);
        assert!((1900..2100).contains(&loudness(&mut player).unwrap()));
        assert_eq!(player.take(1).map(|p| p.id), Some(1));
    }
}
