//! The certificate that DTLS shows: self-signed, ECDSA over P-256, made at each start (RFC 8122, RFC 8827 s.6.5).
//!
//! Nobody checks its names and dates: what counts is its fingerprint, which SDP carries.

use std::fmt::Write;

use p256::ecdsa::signature::Signer;
use p256::ecdsa::{DerSignature, SigningKey};
use p256::pkcs8::EncodePrivateKey;
use p256::SecretKey;
use sha2::{Digest, Sha256, Sha384, Sha512};

/// What a certificate comes to under one of the sums of RFC 8122 s.5 that still prove something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fingerprint {
    Sha256([u8; 32]),
    Sha384([u8; 48]),
    Sha512([u8; 64]),
}

impl Fingerprint {
    /// Our own, and what most peers announce.
    pub fn of(certificate: &[u8]) -> Self {
        Self::Sha256(Sha256::digest(certificate).into())
    }

    /// From `a=fingerprint`: the name of the sum and its octets as `12:AB:...`; None for anything else.
    pub fn read(sum: &str, octets: &str) -> Option<Self> {
        match sum {
            "sha-256" => read(octets).map(Self::Sha256),
            "sha-384" => read(octets).map(Self::Sha384),
            "sha-512" => read(octets).map(Self::Sha512),
            _ => None,
        }
    }

    pub fn is_of(&self, certificate: &[u8]) -> bool {
        match self {
            Self::Sha256(octets) => Sha256::digest(certificate)[..] == octets[..],
            Self::Sha384(octets) => Sha384::digest(certificate)[..] == octets[..],
            Self::Sha512(octets) => Sha512::digest(certificate)[..] == octets[..],
        }
    }

    /// The octets as SDP writes them.
    pub fn written(&self) -> String {
        let octets = match self {
            Self::Sha256(octets) => &octets[..],
            Self::Sha384(octets) => &octets[..],
            Self::Sha512(octets) => &octets[..],
        };
        let mut text = String::with_capacity(octets.len() * 3);
        for byte in octets {
            let colon = if text.is_empty() { "" } else { ":" };
            let _ = write!(text, "{colon}{byte:02X}");
        }
        text
    }
}

fn read<const LENGTH: usize>(text: &str) -> Option<[u8; LENGTH]> {
    let mut octets = [0; LENGTH];
    let mut parts = text.split(':');
    for place in &mut octets {
        let part =
            parts.next().filter(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_hexdigit()))?;
        *place = u8::from_str_radix(part, 16).ok()?;
    }
    parts.next().is_none().then_some(octets)
}

const SEQUENCE: u8 = 0x30;
const SET: u8 = 0x31;
const INTEGER: u8 = 2;
const BIT_STRING: u8 = 3;
const UTF8_STRING: u8 = 12;
const UTC_TIME: u8 = 23;
const VERSION: u8 = 0xA0;
/// ecdsa-with-SHA256 (RFC 5758 s.3.2).
const SIGNATURE: &[u8] = b"\x30\x0A\x06\x08\x2A\x86\x48\xCE\x3D\x04\x03\x02";
/// id-ecPublicKey and secp256r1 (RFC 5480 s.2.1.1).
const KEY_KIND: &[u8] =
    b"\x30\x13\x06\x07\x2A\x86\x48\xCE\x3D\x02\x01\x06\x08\x2A\x86\x48\xCE\x3D\x03\x01\x07";
const COMMON_NAME: &[u8] = b"\x06\x03\x55\x04\x03";

/// Why no certificate could be made: the random bytes were no key, once in 2^32 times.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unlucky;

/// A certificate and its key, both as DER; the key as PKCS #8.
pub fn make(random: &[u8; 32], serial: [u8; 8]) -> Result<(Vec<u8>, Vec<u8>), Unlucky> {
    let secret = SecretKey::from_slice(random).map_err(|_| Unlucky)?;
    let key = secret.to_pkcs8_der().map_err(|_| Unlucky)?.as_bytes().to_vec();
    let name = value(UTF8_STRING, &[b"centralita"]);
    let name = value(SEQUENCE, &[&value(SET, &[&value(SEQUENCE, &[COMMON_NAME, &name])])]);
    let dates = [value(UTC_TIME, &[b"200101000000Z"]), value(UTC_TIME, &[b"491231235959Z"])];
    let public = value(BIT_STRING, &[&[0], &secret.public_key().to_sec1_bytes()]);
    let [first, rest @ ..] = serial;
    let body = value(
        SEQUENCE,
        &[
            &value(VERSION, &[&value(INTEGER, &[&[2]])]),
            // A serial number is positive and written as short as can be.
            &value(INTEGER, &[&[first & 0x3F | 0x40], &rest]),
            SIGNATURE,
            &name,
            &value(SEQUENCE, &[&dates[0], &dates[1]]),
            &name,
            &value(SEQUENCE, &[KEY_KIND, &public]),
        ],
    );
    let signature: DerSignature = SigningKey::from(secret).sign(&body);
    let signature = value(BIT_STRING, &[&[0], signature.as_bytes()]);
    Ok((value(SEQUENCE, &[&body, SIGNATURE, &signature]), key))
}

/// One value of DER (ITU-T X.690 s.8.1); ours have less than 64 KiB.
fn value(tag: u8, parts: &[&[u8]]) -> Vec<u8> {
    let content = parts.concat();
    let [high, low] = (content.len() as u16).to_be_bytes();
    let mut written = match content.len() {
        0..128 => vec![tag, low],
        128..256 => vec![tag, 0x81, low],
        _ => vec![tag, 0x82, high, low],
    };
    written.extend(content);
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_written_and_read() {
        let made = Fingerprint::Sha256(std::array::from_fn(|place| place as u8 * 8));
        let text = made.written();
        assert!(text.starts_with("00:08:10:") && text.ends_with(":F8") && text.len() == 95);
        assert_eq!(Fingerprint::read("sha-256", &text), Some(made.clone()));
        assert_eq!(Fingerprint::read("sha-256", &text.to_lowercase()), Some(made));
        let long = text.clone() + ":00";
        for wrong in ["", "00", &text[3..], &long, &text.replace("00", "+0"), &text.replace("08", "8")] {
            assert_eq!(Fingerprint::read("sha-256", wrong), None, "{wrong}");
        }
        assert!(Fingerprint::read("sha-1", &text).is_none() && Fingerprint::read("sha-512", &text).is_none());
    }

    #[test]
    fn each_sum_knows_its_certificate() {
        let sums: [Fingerprint; 3] = [
            Fingerprint::of(b"it"),
            Fingerprint::Sha384(Sha384::digest(b"it").into()),
            Fingerprint::Sha512(Sha512::digest(b"it").into()),
        ];
        assert!(sums.iter().all(|sum| sum.is_of(b"it") && !sum.is_of(b"another")));
    }

    #[test]
    fn bytes_that_are_no_key_are_told() {
        assert_eq!(make(&[0; 32], [0; 8]), Err(Unlucky));
        assert_eq!(make(&[0xFF; 32], [0; 8]), Err(Unlucky));
    }

    #[test]
    fn two_certificates_differ() {
        let (a, key) = make(&[1; 32], [1; 8]).unwrap();
        let (b, _) = make(&[2; 32], [0xFF; 8]).unwrap();
        assert_ne!(Fingerprint::of(&a), Fingerprint::of(&b));
        assert!(a.len() < 400 && key.len() < 200);
    }
}
