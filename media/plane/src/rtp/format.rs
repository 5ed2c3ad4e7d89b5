//! What a stream's payload types stand for, each way (RFC 3264 s.5.1: the numbers of the two directions may differ).

use crate::codec::Codec;

/// Formats one direction may hold; more are not taken from an offer.
pub const MOST: usize = 8;
/// Comfort noise under its static number (RFC 3389 s.4).
pub const COMFORT_NOISE: u8 = 13;

/// A codec under its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    pub codec: Codec,
    pub payload_type: u8,
}

/// Telephone events (RFC 4733): the number the peer takes them under, the one it was told to send them under.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Events {
    pub sends: u8,
    pub accepts: u8,
    /// Timestamp units a second.
    pub clock: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Audio(Codec),
    Digit,
    Noise,
    /// A payload type that was not agreed.
    Unknown,
}

/// What the peer may send, by number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Formats {
    audio: [Option<Format>; MOST],
    events: Option<u8>,
    noise: bool,
}

impl Formats {
    pub fn new(audio: impl IntoIterator<Item = Format>, events: Option<u8>, noise: bool) -> Self {
        let mut list = [None; MOST];
        for (slot, format) in list.iter_mut().zip(audio) {
            *slot = Some(format);
        }
        Self { audio: list, events, noise }
    }

    pub fn kind_of(&self, payload_type: u8) -> Kind {
        for format in self.audio.iter().map_while(Option::as_ref) {
            if format.payload_type == payload_type {
                return Kind::Audio(format.codec);
            }
        }
        if self.events == Some(payload_type) {
            return Kind::Digit;
        }
        if self.noise && payload_type == COMFORT_NOISE {
            return Kind::Noise;
        }
        Kind::Unknown
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_mean_what_was_agreed() {
        let audio = [
            Format { codec: Codec::Pcma, payload_type: 8 },
            Format { codec: Codec::Pcmu, payload_type: 112 },
        ];
        let formats = Formats::new(audio, Some(101), true);
        assert_eq!(formats.kind_of(112), Kind::Audio(Codec::Pcmu));
        assert_eq!((formats.kind_of(101), formats.kind_of(13)), (Kind::Digit, Kind::Noise));
        assert_eq!(formats.kind_of(0), Kind::Unknown);
    }
}
