//! The two transforms: AES-CM with HMAC-SHA1 (RFC 3711 s.4) and AES-GCM (RFC 7714), for RTP or for RTCP.

use aes::cipher::consts::U12;
use aes::cipher::KeyInit;
use aes::{Aes128Enc, Aes256Enc};
use aes_gcm::aead::AeadInOut;
use aes_gcm::AesGcm;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::key_derivation::{apply_keystream, derive, Layer, Purpose};
use super::master::{MasterKey, Suite};

pub const LONGEST_TAG: usize = 16;

/// Where in its stream a packet stands: what makes its keystream its own.
#[derive(Clone, Copy, Debug)]
pub struct Place {
    pub ssrc: u32,
    /// 48 bits for RTP, 31 for RTCP.
    pub index: u64,
}

/// The session keys of one direction and one of the two protocols.
pub struct Cipher {
    layer: Layer,
    tag: usize,
    salt: Zeroizing<[u8; 14]>,
    transform: Transform,
}

enum Transform {
    Counter { cipher: Box<Aes128Enc>, mac: Box<Hmac<Sha1>> },
    Gcm128(Box<AesGcm<Aes128Enc, U12>>),
    Gcm256(Box<AesGcm<Aes256Enc, U12>>),
}

impl Cipher {
    pub fn new(master: &MasterKey, layer: Layer) -> Self {
        let suite = master.suite();
        let key: Zeroizing<[u8; 32]> = derive(master, layer, Purpose::Encryption);
        let authentication = derive(master, layer, Purpose::Authentication);
        let salt = derive(master, layer, Purpose::Salt);
        Self::with(suite, layer, &key, &authentication, salt)
    }

    /// From session keys; of `key` as much counts as the suite asks for.
    pub(super) fn with(
        suite: Suite,
        layer: Layer,
        key: &[u8; 32],
        authentication: &[u8; 20],
        salt: Zeroizing<[u8; 14]>,
    ) -> Self {
        let (short, _) = key.split_first_chunk::<16>().unwrap_or((&[0; 16], &[]));
        let (tag, transform) = match suite {
            Suite::AesCm128HmacSha1_80 | Suite::AesCm128HmacSha1_32 => {
                // A key of 20 octets is filled up with zeros to the hash's block (RFC 2104).
                let mut block = Zeroizing::new([0; 64]);
                block[..20].copy_from_slice(authentication);
                let mac = Box::new(Hmac::new((&*block).into()));
                let is_short = suite == Suite::AesCm128HmacSha1_32 && layer == Layer::Rtp;
                let cipher = Box::new(Aes128Enc::new(short.into()));
                (if is_short { 4 } else { 10 }, Transform::Counter { cipher, mac })
            }
            Suite::AeadAes128Gcm => (LONGEST_TAG, Transform::Gcm128(Box::new(AesGcm::new(short.into())))),
            Suite::AeadAes256Gcm => (LONGEST_TAG, Transform::Gcm256(Box::new(AesGcm::new(key.into())))),
        };
        Self { layer, tag, salt, transform }
    }

    /// Octets of a tag.
    pub fn tag(&self) -> usize {
        self.tag
    }

    /// Whether a report's index stands behind its tag rather than before it.
    pub fn tags_first(&self) -> bool {
        !matches!(self.transform, Transform::Counter { .. })
    }

    /// Encrypt a packet behind its first `clear` octets; the tag, of which `tag()` octets count. `trailer` is
    /// authenticated with it: the rollover counter or the report's index.
    pub fn seal(&self, packet: &mut [u8], clear: usize, place: Place, trailer: [u8; 4]) -> [u8; LONGEST_TAG] {
        let mut tag = [0; LONGEST_TAG];
        let whole = match &self.transform {
            Transform::Counter { cipher, mac } => {
                apply_keystream(&**cipher, self.counter_block(place), &mut packet[clear..]);
                tag.copy_from_slice(&authenticate(mac, packet, trailer)[..LONGEST_TAG]);
                return tag;
            }
            Transform::Gcm128(gcm) => self.seal_gcm(&**gcm, packet, clear, place, trailer),
            Transform::Gcm256(gcm) => self.seal_gcm(&**gcm, packet, clear, place, trailer),
        };
        tag.copy_from_slice(&whole);
        tag
    }

    /// Check a packet against its tag, then decrypt it; one that fails is left as it was.
    pub fn open(&self, packet: &mut [u8], clear: usize, place: Place, trailer: [u8; 4], tag: &[u8]) -> bool {
        match &self.transform {
            Transform::Counter { cipher, mac } => {
                let expected = authenticate(mac, packet, trailer);
                let genuine = bool::from(expected[..self.tag].ct_eq(tag));
                if genuine {
                    apply_keystream(&**cipher, self.counter_block(place), &mut packet[clear..]);
                }
                genuine
            }
            Transform::Gcm128(gcm) => self.open_gcm(&**gcm, packet, clear, place, trailer, tag),
            Transform::Gcm256(gcm) => self.open_gcm(&**gcm, packet, clear, place, trailer, tag),
        }
    }

    fn seal_gcm<G: AeadInOut<NonceSize = U12, TagSize = aes::cipher::consts::U16>>(
        &self,
        gcm: &G,
        packet: &mut [u8],
        clear: usize,
        place: Place,
        trailer: [u8; 4],
    ) -> [u8; LONGEST_TAG] {
        let (head, body) = packet.split_at_mut(clear);
        let nonce = self.nonce(place).into();
        // It fails only for packets of many gigabytes.
        match self.layer {
            Layer::Rtp => gcm.encrypt_inout_detached(&nonce, head, body.into()),
            Layer::Rtcp => gcm.encrypt_inout_detached(&nonce, &report_head(head, trailer), body.into()),
        }
        .map(Into::into)
        .unwrap_or_default()
    }

    fn open_gcm<G: AeadInOut<NonceSize = U12, TagSize = aes::cipher::consts::U16>>(
        &self,
        gcm: &G,
        packet: &mut [u8],
        clear: usize,
        place: Place,
        trailer: [u8; 4],
        tag: &[u8],
    ) -> bool {
        let Ok(tag) = <&[u8; LONGEST_TAG]>::try_from(tag) else {
            return false;
        };
        let (head, body) = packet.split_at_mut(clear);
        let nonce = self.nonce(place).into();
        match self.layer {
            Layer::Rtp => gcm.decrypt_inout_detached(&nonce, head, body.into(), tag.into()),
            Layer::Rtcp => {
                gcm.decrypt_inout_detached(&nonce, &report_head(head, trailer), body.into(), tag.into())
            }
        }
        .is_ok()
    }

    /// RFC 3711 s.4.1.1.
    fn counter_block(&self, place: Place) -> [u8; 16] {
        let mut block = [0; 16];
        block[..14].copy_from_slice(&self.salt[..]);
        mix(&mut block[4..8], &place.ssrc.to_be_bytes());
        mix(&mut block[8..14], &place.index.to_be_bytes()[2..]);
        block
    }

    /// RFC 7714 s.8.1 and 9.1.
    fn nonce(&self, place: Place) -> [u8; 12] {
        let mut nonce = [0; 12];
        nonce.copy_from_slice(&self.salt[..12]);
        mix(&mut nonce[2..6], &place.ssrc.to_be_bytes());
        mix(&mut nonce[6..], &place.index.to_be_bytes()[2..]);
        nonce
    }
}

fn authenticate(mac: &Hmac<Sha1>, packet: &[u8], trailer: [u8; 4]) -> [u8; 20] {
    let mut mac = mac.clone();
    mac.update(packet);
    mac.update(&trailer);
    mac.finalize().into_bytes().into()
}

/// The clear part of a report and its index in one (RFC 7714 s.9.2).
fn report_head(head: &[u8], trailer: [u8; 4]) -> [u8; 12] {
    let mut whole = [0; 12];
    for (place, octet) in whole.iter_mut().zip(head.iter().take(8).chain(&trailer)) {
        *place = *octet;
    }
    whole
}

fn mix(octets: &mut [u8], others: &[u8]) {
    for (octet, other) in octets.iter_mut().zip(others) {
        *octet ^= other;
    }
}
