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
/// Samples in a second of what callers by G.722, Opus or L16 at 16 kHz hear.
const WIDE: u32 = 16_000;
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
    /// Samples at 8 kHz: what is mixed and counted.
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
        Ok(Self {
            pcm: samples_of(path, SAMPLE_RATE)?,
            beside: Some(path.into()),
            encodings: Default::default(),
        })
    }

    /// The same sound at 16 kHz, where a file beside holds it (`x.wide.wav` beside `x.wav`).
    fn wide(&self) -> Option<Blob> {
        let wide = samples_of(&self.beside.as_ref()?.with_extension("wide.wav"), WIDE).ok()?;
        // Another length would end sooner or later than the samples that are counted.
        (wide.bytes().len().abs_diff(2 * self.pcm.bytes().len()) < 8 * SAMPLES).then_some(wide)
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
        copy(rest, pcm)
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
        let (mut frame, mut payload, mut bytes) = ([0; 2 * SAMPLES], [0; LONGEST], Vec::new());
        let width = width_of(codec);
        let wide = if codec.sample_rate() > SAMPLE_RATE { self.wide() } else { None };
        let (pcm, rate) = wide.as_ref().map_or((&self.pcm, SAMPLE_RATE), |wide| (wide, WIDE));
        let frame = &mut frame[..SAMPLES * (rate / SAMPLE_RATE) as usize];
        for number in 0..self.samples().div_ceil(SAMPLES) {
            let count = copy(pcm.bytes().get(2 * number * frame.len()..).unwrap_or_default(), frame);
            frame[count..].fill(0);
            voice.push(frame, rate);
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

/// Samples from bytes; how many there were.
fn copy(bytes: &[u8], pcm: &mut [i16]) -> usize {
    let mut count = 0;
    for (slot, pair) in pcm.iter_mut().zip(bytes.chunks_exact(2)) {
        *slot = i16::from_le_bytes([pair[0], pair[1]]);
        count += 1;
    }
    count
}

/// The samples of a WAV file (16 bit, mono), mapped.
fn samples_of(path: &Path, rate: u32) -> io::Result<Blob> {
    let file = Blob::map(path)?;
    let part = data_of(file.bytes(), rate).ok_or_else(|| {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("not a WAV file of 16 bit, one channel, {rate} Hz"),
        )
    })?;
    Ok(file.narrowed(part))
}

/// Where the samples of a WAV file of this rate lie.
fn data_of(file: &[u8], rate: u32) -> Option<std::ops::Range<usize>> {
    if file.get(..4)? != b"RIFF" || file.get(8..12)? != b"WAVE" {
        return None;
    }
    let (mut at, mut fits) = (12, false);
    loop {
        let head = file.get(at..at + 8)?;
        let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]) as usize;
        let body = at + 8;
        match &head[..4] {
            // PCM, one channel, so many samples a second, 16 bits.
            b"fmt " => {
                let format = file.get(body..body + 16)?;
                fits = format[..4] == [1, 0, 1, 0]
                    && format[4..8] == rate.to_le_bytes()
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

    fn wav(pcm: &[u8], rate: u32) -> Vec<u8> {
        let mut file = b"RIFF\0\0\0\0WAVEfmt \x10\0\0\0\x01\0\x01\0".to_vec();
        file.extend_from_slice(&rate.to_le_bytes());
        file.extend_from_slice(&(2 * rate).to_le_bytes());
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
        std::fs::write(&path, wav(&sound(500), 8000)).unwrap();
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
    fn wide_codecs_take_the_wide_file_where_it_fits() {
        let folder = std::env::temp_dir().join(format!("centralita-wide-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        // 6 kHz: what no sound at 8 kHz holds.
        let high = (0..2000).map(|i| if i % 8 < 3 || i % 8 == 6 { 8000i16 } else { -8000 }).collect_bytes();
        let encoded = |name: &str, wide: Option<&[u8]>, codec| {
            let path = folder.join(name);
            std::fs::write(&path, wav(&[0; 2000], 8000)).unwrap();
            if let Some(pcm) = wide {
                std::fs::write(path.with_extension("wide.wav"), wav(pcm, 16000)).unwrap();
            }
            ClipData::open(&path).unwrap().encoded(codec)
        };
        let silent = encoded("none.wav", None, Codec::L16Wide);
        assert!(silent.iter().all(|&x| x == 0) && silent.len() == 4000);
        let heard = encoded("wide.wav", Some(&high), Codec::L16Wide);
        assert_eq!(heard.len(), 4000);
        assert_eq!(heard[..2], [0x1F, 0x40]);
        assert_eq!(encoded("g722.wav", Some(&high), Codec::G722).len(), 1000);
        assert_ne!(encoded("g722.wav", Some(&high), Codec::G722), encoded("no.wav", None, Codec::G722));
        // Narrow codecs never do; nor is one of another length taken.
        assert!(encoded("narrow.wav", Some(&high), Codec::L16Narrow).iter().all(|&x| x == 0));
        assert!(encoded("short.wav", Some(&high[..2000]), Codec::L16Wide).iter().all(|&x| x == 0));
        std::fs::remove_dir_all(&folder).unwrap();
    }

    #[test]
    fn what_is_no_telephone_sound_is_refused() {
        let mut stereo = wav(&sound(10), 8000);
        stereo[22] = 2;
        for file in [&b""[..], b"RIFF", &stereo, &wav(&[], 8000)[..40]] {
            assert_eq!(data_of(file, 8000), None);
        }
        assert_eq!(data_of(&wav(&sound(10), 16000), 8000), None);
        let cut = wav(&sound(10), 8000);
        assert_eq!(data_of(&cut[..cut.len() - 5], 8000).map(|r| r.len()), Some(14));
    }
}
