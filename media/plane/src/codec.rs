//! Codecs: from samples to payloads and back (RFC 3551, RFC 7587).
//!
//! Inside, sound is mono and runs at 8 kHz (narrow) or 16 kHz (wide); a codec's `sample_rate` says which.

pub mod comfort_noise;
pub mod g711;
pub mod g722;
pub mod l16;
pub mod opus;

use g711::Law;

/// Samples of the longest payload that is decoded: 120 ms at 16 kHz (RFC 6716 has no longer packet).
pub const LONGEST: usize = 1920;

/// What an RTP audio payload holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    Pcmu,
    Pcma,
    G722,
    Opus,
    L16Narrow,
    L16Wide,
}

impl Codec {
    pub const ALL: [Self; 6] =
        [Self::Pcmu, Self::Pcma, Self::G722, Self::Opus, Self::L16Narrow, Self::L16Wide];

    /// By its name in media.codec.
    pub fn from_name(name: &str) -> Option<Self> {
        match name {
            "PCMU" => Some(Self::Pcmu),
            "PCMA" => Some(Self::Pcma),
            "G722" => Some(Self::G722),
            "OPUS" => Some(Self::Opus),
            "L16_8000" => Some(Self::L16Narrow),
            "L16_16000" => Some(Self::L16Wide),
            _ => None,
        }
    }

    /// The encoding's name in SDP.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Pcmu => "PCMU",
            Self::Pcma => "PCMA",
            Self::G722 => "G722",
            Self::Opus => "opus",
            Self::L16Narrow | Self::L16Wide => "L16",
        }
    }

    /// Units of the RTP timestamp in a second: 8000 for G.722 by an old error (RFC 3551 section 4.5.2).
    pub const fn rtp_clock(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma | Self::G722 | Self::L16Narrow => 8000,
            Self::L16Wide => 16000,
            Self::Opus => 48000,
        }
    }

    /// Samples in a second of what is encoded and decoded: 8000 or 16000.
    pub const fn sample_rate(self) -> u32 {
        match self {
            Self::Pcmu | Self::Pcma | Self::L16Narrow => 8000,
            Self::G722 | Self::Opus | Self::L16Wide => 16000,
        }
    }

    /// The law, for the two codecs of G.711.
    pub const fn law(self) -> Option<Law> {
        match self {
            Self::Pcmu => Some(Law::Mu),
            Self::Pcma => Some(Law::A),
            _ => None,
        }
    }

    /// What fills a packet that ends before its time, for codecs whose bytes can be cut anywhere.
    pub const fn silence(self) -> u8 {
        match self {
            Self::Pcmu | Self::G722 => 0xFF,
            Self::Pcma => 0xD5,
            Self::Opus | Self::L16Narrow | Self::L16Wide => 0,
        }
    }

    /// The table that turns this codec's bytes into `other`'s; None when there is none.
    pub fn table_to(self, other: Self) -> Option<&'static [u8; 256]> {
        self.law()?.table_to(other.law()?)
    }
}

/// The state in which one stream's payloads are decoded.
#[derive(Debug)]
pub enum Decoder {
    G711(Law),
    G722(Box<g722::Decoder>),
    Opus(opus::Decoder),
    L16,
}

impl Decoder {
    pub fn new(codec: Codec) -> Self {
        match codec {
            Codec::Pcmu => Self::G711(Law::Mu),
            Codec::Pcma => Self::G711(Law::A),
            Codec::G722 => Self::G722(Box::default()),
            Codec::Opus => Self::Opus(opus::Decoder::new()),
            Codec::L16Narrow | Codec::L16Wide => Self::L16,
        }
    }

    /// Decode a payload; returns the samples written. What `pcm` cannot hold is left out (of Opus: all of it),
    /// and nothing comes of a payload that is none.
    pub fn decode(&mut self, payload: &[u8], pcm: &mut [i16]) -> usize {
        match self {
            Self::G711(law) => law.decode_all(payload, pcm),
            Self::G722(decoder) => decoder.decode(payload, pcm),
            Self::Opus(decoder) => decoder.decode(payload, pcm),
            Self::L16 => l16::decode(payload, pcm),
        }
    }

    /// Whether `conceal` makes sound of its own; where it does not, the stream's listener conceals.
    pub const fn conceals(&self) -> bool {
        matches!(self, Self::Opus(_))
    }

    /// Fill `pcm` in place of a payload that was lost: as the codec guesses, else with zeros.
    pub fn conceal(&mut self, pcm: &mut [i16]) {
        match self {
            Self::Opus(decoder) => decoder.conceal(pcm),
            _ => pcm.fill(0),
        }
    }

    /// Fill `pcm` in place of the one lost payload before `next`, which may hold a coarse copy of it (RFC 6716
    /// section 2.1.7); call before `next` itself is decoded.
    pub fn decode_lost_with_next(&mut self, next: &[u8], pcm: &mut [i16]) {
        match self {
            Self::Opus(decoder) => decoder.decode_lost_with_next(next, pcm),
            _ => self.conceal(pcm),
        }
    }
}

/// The state in which one stream's samples are encoded.
#[derive(Debug)]
pub enum Encoder {
    G711(Law),
    G722(Box<g722::Encoder>),
    Opus(opus::Encoder),
    L16,
}

impl Encoder {
    pub fn new(codec: Codec) -> Self {
        match codec {
            Codec::Pcmu => Self::G711(Law::Mu),
            Codec::Pcma => Self::G711(Law::A),
            Codec::G722 => Self::G722(Box::default()),
            Codec::Opus => Self::Opus(opus::Encoder::new()),
            Codec::L16Narrow | Codec::L16Wide => Self::L16,
        }
    }

    /// Percent of packets that the far end misses: where it is not 0, Opus sends copies along.
    pub fn expect_loss(&mut self, percent: u8) {
        if let Self::Opus(encoder) = self {
            encoder.expect_loss(percent);
        }
    }

    /// Encode one packet's samples; returns the payload's length. What `out` cannot hold is left out.
    /// Opus wants 10, 20, 40 or 60 ms at once and gives nothing for another length.
    pub fn encode(&mut self, pcm: &[i16], out: &mut [u8]) -> usize {
        match self {
            Self::G711(law) => law.encode_all(pcm, out),
            Self::G722(encoder) => encoder.encode(pcm, out),
            Self::Opus(encoder) => encoder.encode(pcm, out),
            Self::L16 => l16::encode(pcm, out),
        }
    }
}

/// Decode `data` as a hostile stream of each codec would arrive. For the fuzzer: the first byte chooses the codec,
/// the next bytes are the lengths of payloads, losses among them.
pub fn decode_anything(data: &[u8]) {
    let Some((&choice, mut rest)) = data.split_first() else {
        return;
    };
    let mut decoder = Decoder::new(Codec::ALL[usize::from(choice) % Codec::ALL.len()]);
    let mut noise = comfort_noise::ComfortNoise::new(8000);
    let mut pcm = [0; LONGEST];
    while let Some((&length, after)) = rest.split_first() {
        let (payload, next) = after.split_at(usize::from(length).min(after.len()));
        match length % 16 {
            14 => decoder.decode_lost_with_next(payload, &mut pcm[..320]),
            15 => decoder.conceal(&mut pcm[..160]),
            _ => assert!(decoder.decode(payload, &mut pcm) <= LONGEST),
        }
        if noise.describe(payload) {
            noise.fill(&mut pcm[..160]);
        }
        rest = next;
    }
}

#[cfg(test)]
mod tests;
