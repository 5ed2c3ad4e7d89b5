//! Bytes of a sound: owned, or a file mapped into memory that all processes of the machine share.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::ops::Range;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering::Relaxed};

use memmap2::{Mmap, MmapOptions};

#[derive(Debug)]
pub enum Blob {
    Owned(Box<[u8]>),
    Mapped { map: Mmap, part: Range<usize> },
}

impl Blob {
    /// Map a file that nobody changes: sounds are named by their content and come to be by renaming.
    pub fn map(path: &Path) -> io::Result<Self> {
        Self::map_as(path, &MmapOptions::new())
    }

    /// The same, read in at once: what media threads play must not make them wait for a disk.
    pub fn fetch(path: &Path) -> io::Result<Self> {
        Self::map_as(path, MmapOptions::new().populate())
    }

    fn map_as(path: &Path, options: &MmapOptions) -> io::Result<Self> {
        let file = File::open(path)?;
        // SAFETY: the file is private to the node's user and never written after it got this name.
        let map = unsafe { options.map(&file)? };
        let part = 0..map.len();
        Ok(Self::Mapped { map, part })
    }

    /// The same bytes, but only a part of them.
    pub fn narrowed(self, part: Range<usize>) -> Self {
        match self {
            Self::Mapped { map, .. } => Self::Mapped { map, part },
            Self::Owned(bytes) => Self::Owned(bytes[part].into()),
        }
    }

    /// Keep bytes under a name, whole or not at all, and map them; where they cannot be kept they are only held.
    pub fn keep(path: &Path, bytes: Vec<u8>) -> Self {
        match write_whole(path, &bytes).and_then(|()| Self::fetch(path)) {
            Ok(mapped) => mapped,
            Err(_) => Self::Owned(bytes.into()),
        }
    }

    pub fn bytes(&self) -> &[u8] {
        match self {
            Self::Owned(bytes) => bytes,
            Self::Mapped { map, part } => map.get(part.clone()).unwrap_or_default(),
        }
    }
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // Two that make the same sound at once must not write into each other's file.
    static SERIAL: AtomicU32 = AtomicU32::new(0);
    let serial = SERIAL.fetch_add(1, Relaxed);
    let part = path.with_extension(format!("{}-{serial}.part", std::process::id()));
    let mut file = OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&part)?;
    file.write_all(bytes)?;
    fs::rename(&part, path)
}
