//! The suites we speak (RFC 4568 s.6.2, RFC 7714 s.14.1) and their master keys, which are wiped when dropped.

use std::fmt;

use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// The longest: AES-256 key and 96-bit salt.
const LONGEST: usize = 44;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Suite {
    AesCm128HmacSha1_80,
    /// Its reports carry 80 bits all the same (RFC 4568 s.6.2.2).
    AesCm128HmacSha1_32,
    AeadAes128Gcm,
    AeadAes256Gcm,
}

impl Suite {
    pub const ALL: [Self; 4] =
        [Self::AesCm128HmacSha1_80, Self::AesCm128HmacSha1_32, Self::AeadAes128Gcm, Self::AeadAes256Gcm];

    /// As in `a=crypto` (RFC 4568 s.9.1).
    pub fn name(self) -> &'static str {
        match self {
            Self::AesCm128HmacSha1_80 => "AES_CM_128_HMAC_SHA1_80",
            Self::AesCm128HmacSha1_32 => "AES_CM_128_HMAC_SHA1_32",
            Self::AeadAes128Gcm => "AEAD_AES_128_GCM",
            Self::AeadAes256Gcm => "AEAD_AES_256_GCM",
        }
    }

    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.name() == name)
    }

    pub fn key_length(self) -> usize {
        match self {
            Self::AeadAes256Gcm => 32,
            _ => 16,
        }
    }

    pub fn salt_length(self) -> usize {
        match self {
            Self::AesCm128HmacSha1_80 | Self::AesCm128HmacSha1_32 => 14,
            Self::AeadAes128Gcm | Self::AeadAes256Gcm => 12,
        }
    }
}

/// A master key and its salt, in one as SDP and DTLS hand them over.
#[derive(Clone)]
pub struct MasterKey {
    suite: Suite,
    octets: Zeroizing<[u8; LONGEST]>,
}

impl MasterKey {
    /// None when `octets` is not as long as the suite's key and salt.
    pub fn new(suite: Suite, octets: &[u8]) -> Option<Self> {
        if octets.len() != suite.key_length() + suite.salt_length() {
            return None;
        }
        let mut master = Self { suite, octets: Zeroizing::new([0; LONGEST]) };
        master.octets[..octets.len()].copy_from_slice(octets);
        Some(master)
    }

    pub fn suite(&self) -> Suite {
        self.suite
    }

    pub(super) fn key(&self) -> &[u8] {
        &self.octets[..self.suite.key_length()]
    }

    pub(super) fn salt(&self) -> &[u8] {
        let start = self.suite.key_length();
        &self.octets[start..start + self.suite.salt_length()]
    }
}

impl PartialEq for MasterKey {
    fn eq(&self, other: &Self) -> bool {
        self.suite == other.suite && bool::from(self.octets[..].ct_eq(&other.octets[..]))
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "MasterKey({}, ***)", self.suite.name())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_of_another_length_is_none() {
        for suite in Suite::ALL {
            let whole = suite.key_length() + suite.salt_length();
            assert_eq!(Suite::from_name(suite.name()), Some(suite));
            assert!(MasterKey::new(suite, &vec![1; whole]).is_some());
            assert!(MasterKey::new(suite, &vec![1; whole - 1]).is_none());
            assert!(MasterKey::new(suite, &vec![1; whole + 1]).is_none());
        }
    }

    #[test]
    fn a_key_is_never_printed() {
        let key = MasterKey::new(Suite::AeadAes128Gcm, &[0xAB; 28]).unwrap();
        assert_eq!(format!("{key:?}"), "MasterKey(AEAD_AES_128_GCM, ***)");
    }
}
