//! WAV files (RIFF, 16-bit mono PCM at 8 kHz) whose header is true at every moment.

use std::fs::{File, OpenOptions};
use std::io::{self, Seek, SeekFrom, Write};
use std::os::unix::fs::OpenOptionsExt;

use crate::io::clock::SAMPLE_RATE;

const HEADER: u32 = 44;

#[derive(Debug)]
pub struct WavFile {
    file: File,
    bytes: u32,
}

impl WavFile {
    /// What was said is for this user only.
    pub fn create(path: &str) -> io::Result<Self> {
        let file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(path)?;
        let mut wav = Self { file, bytes: 0 };
        wav.file.write_all(&header(0))?;
        Ok(wav)
    }

    /// Add samples and bring the header up to date.
    pub fn append(&mut self, pcm: &[u8]) -> io::Result<()> {
        self.file.seek(SeekFrom::End(0))?;
        self.file.write_all(pcm)?;
        self.bytes = self.bytes.saturating_add(pcm.len() as u32);
        self.file.seek(SeekFrom::Start(0))?;
        self.file.write_all(&header(self.bytes))
    }
}

fn header(bytes: u32) -> [u8; HEADER as usize] {
    let mut out = [0; HEADER as usize];
    out[0..4].copy_from_slice(b"RIFF");
    out[4..8].copy_from_slice(&(bytes.saturating_add(HEADER - 8)).to_le_bytes());
    out[8..16].copy_from_slice(b"WAVEfmt ");
    out[16..20].copy_from_slice(&16u32.to_le_bytes());
    out[20..22].copy_from_slice(&1u16.to_le_bytes());
    out[22..24].copy_from_slice(&1u16.to_le_bytes());
    out[24..28].copy_from_slice(&SAMPLE_RATE.to_le_bytes());
    out[28..32].copy_from_slice(&(SAMPLE_RATE * 2).to_le_bytes());
    out[32..34].copy_from_slice(&2u16.to_le_bytes());
    out[34..36].copy_from_slice(&16u16.to_le_bytes());
    out[36..40].copy_from_slice(b"data");
    out[40..44].copy_from_slice(&bytes.to_le_bytes());
    out
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_file_is_true_at_every_moment_and_for_its_owner_only() {
        let path = std::env::temp_dir().join(format!("centralita-{}.wav", std::process::id()));
        let mut wav = WavFile::create(path.to_str().unwrap()).unwrap();
        wav.append(&[1, 2, 3, 4]).unwrap();
        let written = std::fs::read(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        std::fs::remove_file(&path).unwrap();
        assert_eq!((&written[..4], &written[40..]), (&b"RIFF"[..], &[4, 0, 0, 0, 1, 2, 3, 4][..]));
        assert_eq!(mode & 0o777, 0o600);
    }
}
