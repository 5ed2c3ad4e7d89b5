//! A sound made once and shared by all ports that play it: its samples, and one encoding for each codec in use.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use super::blob::Blob;
use crate::codec::Codec;
use crate::io::clock::{SAMPLES, SAMPLE_RATE};
use crate::samples::voice::Voice;

/// Names the way encodings are kept in files; another number makes them anew.
const EDITION: &str = "1";
/// The longest payload of 20 ms.
const LONGEST: usize = 1500;

/// A sound in one codec.
#[derive(Debug)]
pub enum Encoding {
    /// So many bytes for each sample at 8 kHz: cut anywhere.
    Even { blob: Blob, width: usize },
    /// Payloads of 20 ms, and where each begins.
    Packets { blob: Blob, starts: Box<[u32]> },
}

#[derive(Debug)]
pub struct ClipData {
    pcm: Blob,
    /// Where encodings are kept: beside the sound's own file.
    beside: Option<PathBuf>,
    encodings: [OnceLock<Encoding>; Codec::ALL.len()],
}

impl ClipData {
    /// Samples at 8 kHz, 16 bit little-endian.
    pub fn new(pcm: Vec<u8>) -> Self {
        Self { pcm: Blob::Owned(pcm.into()), beside: None, encodings: Default::default() }
    }

    /// A WAV file (16 bit, mono, 8 kHz), mapped. It must never change.
    pub fn open(path: &Path) -> io::Result<Self> {
        let file = Blob::map(path)?;
        let part = data_of(file.bytes()).ok_or_else(|| {
            io::Error::new(io::ErrorKind::InvalidData, "not a WAV file of 16 bit, one channel, 8000 Hz")
        })?;
        Ok(Self { pcm: file.narrowed(part), beside: Some(path.into()), encodings: Default::default() })
    }

    pub fn samples(&self) -> usize {
        self.pcm.bytes().len() / 2
    }

    pub fn duration(&self) -> f64 {
        self.samples() as f64 / f64::from(SAMPLE_RATE)
    }

    /// Make the sound ready in a codec. Takes milliseconds for each second of sound: not for the loop or a media thread.
    pub fn prepare(&self, codec: Codec) {
        self.encodings[codec as usize].get_or_init(|| self.encode(codec));
    }

    pub fn encoding(&self, codec: Codec) -> Option<&Encoding> {
        self.encodings[codec as usize].get()
    }

    /// Copy samples from `at` on; how many there were.
    pub fn read(&self, at: usize, pcm: &mut [i16]) -> usize {
        let rest = self.pcm.bytes().get(2 * at..).unwrap_or_default();
        let mut count = 0;
        for (slot, pair) in pcm.iter_mut().zip(rest.chunks_exact(2)) {
            *slot = i16::from_le_bytes([pair[0], pair[1]]);
            count += 1;
        }
        count
    }

    fn encode(&self, codec: Codec) -> Encoding {
        let path =
            self.beside.as_ref().map(|p| p.with_extension(format!("{codec:?}{EDITION}").to_lowercase()));
        if let Some(found) =
            path.as_ref().and_then(|p| Blob::fetch(p).ok()).and_then(|b| self.encoding_of(codec, b))
        {
            return found;
        }
        let bytes = self.encoded(codec);
        let kept =
            path.map(|path| Blob::keep(&path, bytes.clone())).and_then(|blob| self.encoding_of(codec, blob));
        if let Some(kept) = kept {
            return kept;
        }
        // What the disk does not give back as it was made is held in memory.
        let blob = Blob::Owned(bytes.into());
        // What was just made is never refused.
        self.encoding_of(codec, blob)
            .unwrap_or(Encoding::Packets { blob: Blob::Owned([].into()), starts: [].into() })
    }

    /// All payloads one after the other; in front of each of those that differ in length stands how long it is.
    fn encoded(&self, codec: Codec) -> Vec<u8> {
        let mut voice = Voice::new(codec, 20);
        let (mut frame, mut payload, mut bytes) = ([0; SAMPLES], [0; LONGEST], Vec::new());
        let width = width_of(codec);
        for at in (0..self.samples()).step_by(SAMPLES) {
            let count = self.read(at, &mut frame);
            frame[count..].fill(0);
            voice.push(&frame, SAMPLE_RATE);
            while let Some(length) = voice.next(&mut payload) {
                if width.is_none() {
                    bytes.extend_from_slice(&(length as u16).to_be_bytes());
                }
                bytes.extend_from_slice(&payload[..length]);
            }
        }
        // An even encoding is as long as the sound, without what filled its last frame.
        bytes.truncate(width.map_or(bytes.len(), |width| self.samples() * width));
        bytes
    }

    /// Read an encoding; None for a file that does not fit the sound.
    fn encoding_of(&self, codec: Codec, blob: Blob) -> Option<Encoding> {
        if let Some(width) = width_of(codec) {
            return (blob.bytes().len() == self.samples() * width).then_some(Encoding::Even { blob, width });
        }
        let (bytes, mut at, mut starts) = (blob.bytes(), 0, Vec::new());
        while let Some(head) = bytes.get(at..at + 2) {
            starts.push(at as u32);
            at += 2 + usize::from(u16::from_be_bytes([head[0], head[1]]));
        }
        let fits = at == bytes.len() && starts.len() == self.samples().div_ceil(SAMPLES);
        fits.then(|| Encoding::Packets { blob, starts: starts.into() })
    }
}

impl Encoding {
    /// The 20 ms payload with this number.
    pub fn packet(&self, number: usize) -> &[u8] {
        let Self::Packets { blob, starts } = self else { return &[] };
        let Some(&start) = starts.get(number) else { return &[] };
        let rest = blob.bytes().get(start as usize..).unwrap_or_default();
        let Some((head, body)) = rest.split_first_chunk::<2>() else { return &[] };
        body.get(..usize::from(u16::from_be_bytes(*head))).unwrap_or_default()
    }
}

/// Bytes for each sample at 8 kHz, where that is the same throughout.
fn width_of(codec: Codec) -> Option<usize> {
    match codec {
        Codec::Pcmu | Codec::Pcma | Codec::G722 => Some(1),
        Codec::L16Narrow => Some(2),
        Codec::L16Wide => Some(4),
        Codec::Opus => None,
    }
}

/// Where the samples of a WAV file lie.
fn data_of(file: &[u8]) -> Option<std::ops::Range<usize>> {
    if file.get(..4)? != b"RIFF" || file.get(8..12)? != b"WAVE" {
        return None;
    }
    let (mut at, mut fits) = (12, false);
    loop {
        let head = file.get(at..at + 8)?;
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let body = at + 8;
        match &head[..4] {
            // PCM, one channel, 8000 samples a second, 16 bits.
            b"fmt " => {
                let format = file.get(body..body + 16)?;
                fits = format[..4] == [1, 0, 1, 0]
                    && format[4..8] == SAMPLE_RATE.to_le_bytes()
                    && format[14..16] == [16, 0];
            }
            b"data" => {
                let end = body.checked_add(length)?.min(file.len());
                return fits.then_some(body..body + (end - body) / 2 * 2);
            }
            _ => {}
        }
        at = body.checked_add(length)?.checked_add(length % 2)?;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sound(samples: usize) -> Vec<u8> {
        (0..samples).map(|i| ((i as f64 * 0.4).sin() * 8000.0) as i16).collect_bytes()
    }

    trait Bytes {
        fn collect_bytes(self) -> Vec<u8>;
    }

    impl<I: Iterator<Item = i16>> Bytes for I {
        fn collect_bytes(self) -> Vec<u8> {
            self.flat_map(i16::to_le_bytes).collect()
        }
    }

    fn wav(pcm: &[u8]) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        file.extend_from_slice(&8000u32.to_le_bytes());
        file.extend_from_slice(&16000u32.to_le_bytes());
        file.extend_from_slice(&[2, 0, 16, 0]);
        file.extend_from_slice(b"LIST\x03\0\0\0abc\0data");
        file.extend_from_slice(&(pcm.len() as u32).to_le_bytes());
        file.extend_from_slice(pcm);
        file
    }

    #[test]
    fn every_codec_holds_the_whole_sound() {
        let clip = ClipData::new(sound(1000));
        for codec in Codec::ALL {
            assert!(clip.encoding(codec).is_none());
            clip.prepare(codec);
            match clip.encoding(codec).unwrap() {
                Encoding::Even { blob, width } => assert_eq!(blob.bytes().len(), 1000 * width),
                whole @ Encoding::Packets { starts, .. } => {
                    assert_eq!(starts.len(), 7);
                    assert!(!whole.packet(6).is_empty() && whole.packet(7).is_empty());
                }
            }
        }
    }

    #[test]
    fn encodings_are_kept_beside_the_file_and_a_broken_one_is_made_anew() {
        let folder = std::env::temp_dir().join(format!("centralita-clip-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("sound.wav");
        std::fs::write(&path, wav(&sound(500))).unwrap();
        let first = ClipData::open(&path).unwrap();
        first.prepare(Codec::Pcmu);
        let kept = folder.join("sound.pcmu1");
        assert_eq!(std::fs::read(&kept).unwrap().len(), 500);
        std::fs::remove_file(&kept).unwrap();
        std::fs::write(&kept, b"short").unwrap();
        let second = ClipData::open(&path).unwrap();
        second.prepare(Codec::Pcmu);
        assert_eq!((second.samples(), std::fs::read(&kept).unwrap().len()), (500, 500));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_is_no_telephone_sound_is_refused() {
        let mut stereo = wav(&sound(10));
        stereo[22] = 2;
        for file in [&b""[..], b"RIFF", &stereo, &wav(&[])[..40]] {
            assert_eq!(data_of(file), None);
        }
        let cut = wav(&sound(10));
        assert_eq!(data_of(&cut[..cut.len() - 5]).map(|r| r.len()), Some(14));
    }
}
