//! STUN binding requests (RFC 8489) as ICE sends them (RFC 8445 s.7): a total parser for what strangers send.
//!
//! Answers are written by `answer`. Nothing here keeps state; who may ask what is `ice`'s to say.

pub mod answer;

use hmac::digest::KeyInit;
use hmac::{Hmac, Mac};
use sha1::Sha1;

pub const HEADER: usize = 20;
pub const COOKIE: [u8; 4] = [0x21, 0x12, 0xA4, 0x42];
pub const BINDING_REQUEST: u16 = 0x0001;

const USERNAME: u16 = 0x0006;
pub(super) const MESSAGE_INTEGRITY: u16 = 0x0008;
const PRIORITY: u16 = 0x0024;
const USE_CANDIDATE: u16 = 0x0025;
pub(super) const FINGERPRINT: u16 = 0x8028;
const ICE_CONTROLLED: u16 = 0x8029;
const ICE_CONTROLLING: u16 = 0x802A;
/// Attributes below this must be understood (RFC 8489 s.14).
const OPTIONAL: u16 = 0x8000;

const FINGERPRINT_SIZE: usize = 8;
pub(super) const INTEGRITY_SIZE: usize = 24;
/// How many attributes that we do not know an answer names.
const UNKNOWN: usize = 4;

/// Why a datagram is no STUN message that we take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Malformed {
    Header,
    Length,
    Attribute,
    Fingerprint,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    Controlling,
    Controlled,
}

/// The key of MESSAGE-INTEGRITY, made once from a password; wiped when dropped.
#[derive(Clone)]
pub struct Key(Hmac<Sha1>);

impl Key {
    /// Passwords of ICE hold nothing that SASLprep would change (RFC 8445 s.5.3).
    pub fn new(password: &[u8]) -> Self {
        // HMAC takes keys of any length, so that the error has no case; a key of no bytes fits nobody's.
        Self(Hmac::new_from_slice(password).unwrap_or_else(|_| Hmac::new(&Default::default())))
    }

    /// The HMAC over a message up to its MESSAGE-INTEGRITY, whose header counts that attribute in.
    fn over(&self, before: &[u8]) -> Hmac<Sha1> {
        let counted = (before.len().saturating_sub(HEADER) + INTEGRITY_SIZE) as u16;
        let mut mac = self.0.clone();
        mac.update(before.get(..2).unwrap_or_default());
        mac.update(&counted.to_be_bytes());
        mac.update(before.get(4..).unwrap_or_default());
        mac
    }

    pub(super) fn sign(&self, before: &[u8]) -> [u8; 20] {
        self.over(before).finalize().into_bytes().into()
    }
}

/// One message; attributes that ICE does not ask for are passed over.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    data: &'a [u8],
    pub kind: u16,
    pub transaction: [u8; 12],
    pub username: Option<&'a [u8]>,
    pub priority: Option<u32>,
    pub use_candidate: bool,
    pub role: Option<Role>,
    pub has_fingerprint: bool,
    /// Where MESSAGE-INTEGRITY begins.
    integrity: Option<usize>,
    unknown: [u16; UNKNOWN],
    unknown_count: usize,
}

impl<'a> Message<'a> {
    /// Parse a whole datagram. A FINGERPRINT that does not fit makes it no STUN at all (RFC 8489 s.7.3).
    pub fn parse(data: &'a [u8]) -> Result<Self, Malformed> {
        let (header, body) = data.split_first_chunk::<HEADER>().ok_or(Malformed::Header)?;
        let [k0, k1, l0, l1, c0, c1, c2, c3, transaction @ ..] = *header;
        if k0 & 0xC0 != 0 || [c0, c1, c2, c3] != COOKIE {
            return Err(Malformed::Header);
        }
        if usize::from(u16::from_be_bytes([l0, l1])) != body.len() || body.len() % 4 != 0 {
            return Err(Malformed::Length);
        }
        let mut message = Self {
            data,
            kind: u16::from_be_bytes([k0, k1]),
            transaction,
            username: None,
            priority: None,
            use_candidate: false,
            role: None,
            has_fingerprint: false,
            integrity: None,
            unknown: [0; UNKNOWN],
            unknown_count: 0,
        };
        let mut rest = body;
        while let Some((head, after)) = rest.split_first_chunk::<4>() {
            let kind = u16::from_be_bytes([head[0], head[1]]);
            let size = usize::from(u16::from_be_bytes([head[2], head[3]]));
            let value = after.get(..size).ok_or(Malformed::Attribute)?;
            let begin = data.len() - rest.len();
            rest = after.get(size.next_multiple_of(4)..).ok_or(Malformed::Attribute)?;
            message.take(kind, value, begin, rest.is_empty())?;
        }
        Ok(message)
    }

    fn take(&mut self, kind: u16, value: &'a [u8], begin: usize, last: bool) -> Result<(), Malformed> {
        if kind == FINGERPRINT {
            let before = self.data.get(..begin).unwrap_or_default();
            if !last || value != fingerprint(before) {
                return Err(Malformed::Fingerprint);
            }
            self.has_fingerprint = true;
            return Ok(());
        }
        if self.integrity.is_some() {
            // Nobody vouches for what stands behind MESSAGE-INTEGRITY (RFC 8489 s.14.5).
            return Ok(());
        }
        match kind {
            MESSAGE_INTEGRITY if value.len() == INTEGRITY_SIZE - 4 => self.integrity = Some(begin),
            MESSAGE_INTEGRITY => return Err(Malformed::Attribute),
            // Of an attribute that comes twice the first counts (RFC 8489 s.14).
            USERNAME => self.username = self.username.or(Some(value)),
            PRIORITY => {
                let number = value.try_into().map_err(|_| Malformed::Attribute)?;
                self.priority = self.priority.or(Some(u32::from_be_bytes(number)));
            }
            USE_CANDIDATE => self.use_candidate = true,
            ICE_CONTROLLING | ICE_CONTROLLED if value.len() != 8 => return Err(Malformed::Attribute),
            ICE_CONTROLLING => self.role = self.role.or(Some(Role::Controlling)),
            ICE_CONTROLLED => self.role = self.role.or(Some(Role::Controlled)),
            0..OPTIONAL => {
                if let Some(place) = self.unknown.get_mut(self.unknown_count) {
                    *place = kind;
                    self.unknown_count += 1;
                }
            }
            _ => {}
        }
        Ok(())
    }

    pub fn has_integrity(&self) -> bool {
        self.integrity.is_some()
    }

    /// Whether MESSAGE-INTEGRITY was made with this key; compared in constant time.
    pub fn is_signed_with(&self, key: &Key) -> bool {
        let Some(begin) = self.integrity else { return false };
        let (before, attribute) = self.data.split_at_checked(begin).unwrap_or_default();
        let signature = attribute.get(4..INTEGRITY_SIZE).unwrap_or_default();
        key.over(before).verify_slice(signature).is_ok()
    }

    /// Attributes that we should understand and do not.
    pub fn unknown(&self) -> &[u16] {
        self.unknown.get(..self.unknown_count).unwrap_or_default()
    }

    /// Octets of the datagram: an answer to a stranger is never longer.
    pub fn size(&self) -> usize {
        self.data.len()
    }
}

/// FINGERPRINT of a message whose header counts the attribute in (RFC 8489 s.14.7).
pub(super) fn fingerprint(before: &[u8]) -> [u8; 4] {
    let counted = (before.len().saturating_sub(HEADER) + FINGERPRINT_SIZE) as u16;
    let mut crc = crc32(!0, before.get(..2).unwrap_or_default());
    crc = crc32(crc, &counted.to_be_bytes());
    crc = crc32(crc, before.get(4..).unwrap_or_default());
    (!crc ^ 0x5354_554E).to_be_bytes()
}

/// CRC-32 of ITU-T V.42, four bits at a time.
fn crc32(mut crc: u32, data: &[u8]) -> u32 {
    const TABLE: [u32; 16] = {
        let mut table = [0; 16];
        let mut index = 0;
        while index < 16 {
            let mut value = index as u32;
            let mut bit = 0;
            while bit < 4 {
                value = (value >> 1) ^ (0xEDB8_8320 * (value & 1));
                bit += 1;
            }
            table[index] = value;
            index += 1;
        }
        table
    };
    for &byte in data {
        crc ^= u32::from(byte);
        crc = (crc >> 4) ^ TABLE[(crc & 15) as usize];
        crc = (crc >> 4) ^ TABLE[(crc & 15) as usize];
    }
    crc
}

#[cfg(test)]
pub(super) mod tests;
