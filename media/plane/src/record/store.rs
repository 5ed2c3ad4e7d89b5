//! A recording's file: for its owner only, plain or sealed, cut back to its last whole part when the disk refuses.

use std::fs::{File, OpenOptions};
use std::io;
use std::os::unix::fs::{FileExt, OpenOptionsExt};

use crate::record::seal::{Seal, SealKey};

pub struct Store {
    file: File,
    seal: Option<Seal>,
    written: u64,
    sealed: Vec<u8>,
}

impl Store {
    /// What was said is for this user only; a link is not followed, or anybody could have us write elsewhere.
    pub fn create(path: &str, key: Option<&SealKey>) -> io::Result<Self> {
        let mut options = OpenOptions::new();
        options.write(true).create(true).truncate(true).mode(0o600).custom_flags(libc::O_NOFOLLOW);
        let file = options.open(path)?;
        let mut store = Self { file, seal: None, written: 0, sealed: Vec::new() };
        if let Some(key) = key {
            let seal = Seal::new(key)?;
            store.put(seal.header())?;
            store.seal = Some(seal);
        }
        Ok(store)
    }

    /// Bytes in the file.
    pub fn written(&self) -> u64 {
        self.written
    }

    pub fn is_sealed(&self) -> bool {
        self.seal.is_some()
    }

    pub fn append(&mut self, bytes: &[u8]) -> io::Result<()> {
        if bytes.is_empty() {
            return Ok(());
        }
        self.give(bytes, false)
    }

    /// Write the beginning again; nothing on a sealed file.
    pub fn patch(&mut self, header: &[u8]) -> io::Result<()> {
        if self.seal.is_none() {
            self.file.write_all_at(header, 0)?;
            self.written = self.written.max(header.len() as u64);
        }
        Ok(())
    }

    /// The last bytes; a sealed file can be told from one that was cut off.
    pub fn finish(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.give(bytes, true)
    }

    /// The file itself, to be brought to disk at leisure.
    pub fn into_file(self) -> File {
        self.file
    }

    fn give(&mut self, bytes: &[u8], last: bool) -> io::Result<()> {
        let Some(seal) = &mut self.seal else {
            return self.put(bytes);
        };
        let mut sealed = std::mem::take(&mut self.sealed);
        sealed.clear();
        seal.seal(bytes, last, &mut sealed)?;
        let outcome = self.put(&sealed);
        self.sealed = sealed;
        outcome
    }

    fn put(&mut self, bytes: &[u8]) -> io::Result<()> {
        let outcome = self.file.write_all_at(bytes, self.written);
        if outcome.is_ok() {
            self.written += bytes.len() as u64;
        } else {
            // What is left of a part that did not fit would only be in the reader's way.
            let _ = self.file.set_len(self.written);
        }
        outcome
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_file_is_for_its_owner_and_its_beginning_can_be_written_again() {
        let path = std::env::temp_dir().join(format!("centralita-{}.store", std::process::id()));
        let mut store = Store::create(path.to_str().unwrap(), None).unwrap();
        store.append(&[1, 2, 3, 4]).unwrap();
        store.patch(&[9, 8]).unwrap();
        store.finish(&[5]).unwrap();
        let written = std::fs::read(&path).unwrap();
        let mode = std::fs::metadata(&path).unwrap().permissions().mode();
        std::fs::remove_file(&path).unwrap();
        assert_eq!((&written[..], store.written()), (&[9, 8, 3, 4, 5][..], 5));
        assert_eq!(mode & 0o777, 0o600);
    }

    #[test]
    fn a_full_disk_is_an_error() {
        let mut store = Store::create("/dev/full", None).unwrap();
        assert!(store.append(&[1]).is_err());
        assert_eq!(store.written(), 0);
    }
}
