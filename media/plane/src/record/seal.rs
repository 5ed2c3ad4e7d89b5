//! Recordings at rest: AES-256-GCM in chunks, each bound to its place and the last one marked (the STREAM construction
//! of Hoang, Reyhanitabar, Rogaway and Vizár), under a key of the recording's own (HKDF-SHA256, RFC 5869).
//!
//! A file is: "CENTREC1", the number of the key (8 bytes), salt (32), nonce prefix (7), a byte of zero; then chunks, each
//! its length (4 bytes, big endian) and as many bytes of ciphertext with tag. The header is authenticated by every chunk.

use std::fs::File;
use std::io::{self, Read};

use aes_gcm::aead::consts::U12;
use aes_gcm::aead::{AeadInOut, KeyInit};
use aes_gcm::{Aes256Gcm, Nonce};
use hkdf::Hkdf;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::io::socket;

pub const MAGIC: &[u8; 8] = b"CENTREC1";
pub const HEADER: usize = 56;
const KEY: usize = 32;
const PREFIX: usize = 7;
const INFO: &[u8] = b"centralita recording";
/// Plaintext of one chunk at most; a reader need not hold more.
pub const CHUNK: usize = 65536;

/// A client company's key.
pub struct SealKey(Zeroizing<[u8; KEY]>);

impl SealKey {
    /// Read a key file: 32 bytes, or 64 hexadecimal digits.
    pub fn read(path: &str) -> io::Result<Self> {
        let mut text = Zeroizing::new([0; KEY * 2 + 2]);
        let mut length = 0;
        let told = |error: io::Error| io::Error::new(error.kind(), format!("its key {path}: {error}"));
        let mut file = File::open(path).map_err(told)?;
        while let Some(rest) = text.get_mut(length..).filter(|rest| !rest.is_empty()) {
            match file.read(rest).map_err(told)? {
                0 => break,
                count => length += count,
            }
        }
        Self::parse(&text[..length]).ok_or_else(|| {
            let what = "holds no key: 32 bytes or 64 hexadecimal digits";
            io::Error::new(io::ErrorKind::InvalidData, format!("{path} {what}"))
        })
    }

    fn parse(text: &[u8]) -> Option<Self> {
        if let Ok(key) = <[u8; KEY]>::try_from(text) {
            return Some(Self(Zeroizing::new(key)));
        }
        let digits = text.trim_ascii_end();
        if digits.len() != KEY * 2 {
            return None;
        }
        let mut key = Zeroizing::new([0; KEY]);
        for (byte, pair) in key.iter_mut().zip(digits.chunks_exact(2)) {
            let high = (*pair.first()? as char).to_digit(16)?;
            let low = (*pair.last()? as char).to_digit(16)?;
            *byte = (high * 16 + low) as u8;
        }
        Some(Self(key))
    }

    /// What tells keys apart without telling anything of them.
    fn number(&self) -> [u8; 8] {
        let mut digest = Sha256::new();
        digest.update(b"centralita key number");
        digest.update(&self.0[..]);
        let mut number = [0; 8];
        number.copy_from_slice(&digest.finalize()[..8]);
        number
    }
}

/// The writing end of one sealed file.
pub struct Seal {
    header: [u8; HEADER],
    cipher: Aes256Gcm,
    index: u32,
}

impl Seal {
    /// A fresh recording key under the client's; the header goes to the file first.
    pub fn new(key: &SealKey) -> io::Result<Self> {
        let mut random = [0; 32 + PREFIX];
        socket::fill_random(&mut random)?;
        let mut header = [0; HEADER];
        header[..8].copy_from_slice(MAGIC);
        header[8..16].copy_from_slice(&key.number());
        header[16..16 + random.len()].copy_from_slice(&random);
        let mut own = Zeroizing::new([0; KEY]);
        Hkdf::<Sha256>::new(Some(&random[..32]), &key.0[..])
            .expand(INFO, &mut own[..])
            .map_err(|_| io::Error::other("no key could be derived"))?;
        let cipher = Aes256Gcm::new_from_slice(&own[..]).map_err(|_| io::Error::other("no key"))?;
        Ok(Self { header, cipher, index: 0 })
    }

    pub fn header(&self) -> &[u8; HEADER] {
        &self.header
    }

    /// Seal bytes as the next chunks; `last` marks the end of the recording.
    pub fn seal(&mut self, plain: &[u8], last: bool, out: &mut Vec<u8>) -> io::Result<()> {
        let mut rest = plain;
        loop {
            let (chunk, after) = rest.split_at(rest.len().min(CHUNK));
            self.chunk(chunk, last && after.is_empty(), out)?;
            if after.is_empty() {
                return Ok(());
            }
            rest = after;
        }
    }

    fn chunk(&mut self, plain: &[u8], last: bool, out: &mut Vec<u8>) -> io::Result<()> {
        let start = out.len();
        out.extend_from_slice(&(plain.len() as u32 + 16).to_be_bytes());
        out.extend_from_slice(plain);
        let nonce = nonce(&self.header, self.index, last);
        let tag = self
            .cipher
            .encrypt_inout_detached(&nonce, &self.header, out[start + 4..].as_mut().into())
            .map_err(|_| io::Error::other("cannot seal"))?;
        out.extend_from_slice(&tag);
        // At four chunks a second the numbers last for 34 years; never twice all the same.
        self.index = self.index.checked_add(1).ok_or_else(|| io::Error::other("too long"))?;
        Ok(())
    }
}

fn nonce(header: &[u8; HEADER], index: u32, last: bool) -> Nonce<U12> {
    let mut nonce = [0; 12];
    nonce[..PREFIX].copy_from_slice(&header[48..48 + PREFIX]);
    nonce[PREFIX..11].copy_from_slice(&index.to_be_bytes());
    nonce[11] = u8::from(last);
    nonce.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What a reader does, to be compared with tests/media, which reads the files with another implementation.
    fn open(key: &SealKey, file: &[u8]) -> Option<(Vec<u8>, bool)> {
        let header: [u8; HEADER] = file.get(..HEADER)?.try_into().ok()?;
        let mut own = [0; KEY];
        Hkdf::<Sha256>::new(Some(&header[16..48]), &key.0[..]).expand(INFO, &mut own).ok()?;
        let cipher = Aes256Gcm::new_from_slice(&own).ok()?;
        let (mut rest, mut plain, mut index, mut whole) = (&file[HEADER..], Vec::new(), 0, false);
        while let Some((length, after)) = rest.split_first_chunk::<4>() {
            let (sealed, after) = after.split_at_checked(u32::from_be_bytes(*length) as usize)?;
            let (body, tag) = sealed.split_last_chunk::<16>()?;
            whole = [false, true].into_iter().find(|&last| {
                let mut copy = body.to_vec();
                let nonce = nonce(&header, index, last);
                let opened = cipher.decrypt_inout_detached(
                    &nonce,
                    &header,
                    copy.as_mut_slice().into(),
                    &(*tag).into(),
                );
                if opened.is_ok() {
                    plain.extend_from_slice(&copy);
                }
                opened.is_ok()
            })?;
            (index, rest) = (index + 1, after);
        }
        Some((plain, whole))
    }

    fn sealed(key: &SealKey) -> Vec<u8> {
        let mut seal = Seal::new(key).unwrap();
        let mut out = seal.header().to_vec();
        seal.seal(&vec![5; CHUNK + 10], false, &mut out).unwrap();
        seal.seal(&[6; 3], true, &mut out).unwrap();
        out
    }

    #[test]
    fn what_was_sealed_opens_with_its_key_alone() {
        let key = SealKey(Zeroizing::new([1; KEY]));
        let file = sealed(&key);
        let (plain, whole) = open(&key, &file).unwrap();
        assert_eq!((plain.len(), plain[CHUNK + 12], whole), (CHUNK + 13, 6, true));
        assert!(open(&SealKey(Zeroizing::new([2; KEY])), &file).is_none());
        assert_ne!(file[HEADER..], sealed(&key)[HEADER..]);
    }

    #[test]
    fn a_flipped_bit_a_chunk_out_of_place_and_a_missing_end_are_found() {
        let key = SealKey(Zeroizing::new([1; KEY]));
        let file = sealed(&key);
        for place in [9, 20, 50, HEADER + 10, file.len() - 1] {
            let mut broken = file.clone();
            broken[place] ^= 1;
            assert!(open(&key, &broken).is_none(), "{place}");
        }
        let first = HEADER + 4 + CHUNK + 16;
        let without_the_first = [&file[..HEADER], &file[first..]].concat();
        assert!(open(&key, &without_the_first).is_none());
        assert!(!open(&key, &file[..first]).unwrap().1);
    }

    #[test]
    fn a_key_is_32_bytes_or_their_hexadecimal_digits() {
        let text = format!("{}\n", "0a".repeat(32));
        assert_eq!(SealKey::parse(text.as_bytes()).unwrap().0[..], [10; KEY]);
        assert_eq!(
            SealKey::parse(&[10; KEY]).unwrap().number(),
            SealKey::parse(text.as_bytes()).unwrap().number()
        );
        assert!(SealKey::parse(b"secret").is_none() && SealKey::parse(&[b'x'; 64]).is_none());
    }
}
