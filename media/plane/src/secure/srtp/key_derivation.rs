//! Session keys out of a master key (RFC 3711 s.4.3, RFC 6188 for 256 bits, RFC 7714 s.11), at a rate of zero.

use aes::cipher::consts::U16;
use aes::cipher::{BlockCipherEncrypt, BlockSizeUser, InnerIvInit, KeyInit, StreamCipherCore};
use aes::{Aes128Enc, Aes256Enc};
use ctr::flavors::Ctr128BE;
use ctr::CtrCore;
use zeroize::Zeroizing;

use super::master::MasterKey;

/// Which of a session's two protocols a key serves: the number is that of its first label.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Layer {
    Rtp = 0,
    Rtcp = 3,
}

/// What a session key is for.
#[derive(Clone, Copy)]
pub enum Purpose {
    Encryption = 0,
    Authentication = 1,
    Salt = 2,
}

pub fn derive<const LENGTH: usize>(
    master: &MasterKey,
    layer: Layer,
    purpose: Purpose,
) -> Zeroizing<[u8; LENGTH]> {
    let mut start = Zeroizing::new([0; 16]);
    // A salt of 96 bits is filled up with zeros on its right.
    start[..master.salt().len()].copy_from_slice(master.salt());
    start[7] ^= layer as u8 + purpose as u8;
    let mut key = Zeroizing::new([0; LENGTH]);
    if let Ok(cipher) = Aes128Enc::new_from_slice(master.key()) {
        apply_keystream(&cipher, *start, &mut key[..]);
    } else if let Ok(cipher) = Aes256Enc::new_from_slice(master.key()) {
        apply_keystream(&cipher, *start, &mut key[..]);
    }
    key
}

/// AES in counter mode (RFC 3711 s.4.1.1), from the first counter block on.
pub fn apply_keystream<C>(cipher: &C, start: [u8; 16], data: &mut [u8])
where
    C: BlockCipherEncrypt + BlockSizeUser<BlockSize = U16>,
{
    CtrCore::<_, Ctr128BE>::inner_iv_init(cipher, &start.into()).apply_keystream_partial(data.into());
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secure::srtp::vectors::{bytes, KEY_3711, SALT_3711};
    use crate::secure::srtp::Suite;

    /// RFC 3711 B.3.
    #[test]
    fn the_session_keys_of_the_standard() {
        let octets = [bytes(KEY_3711), bytes(SALT_3711)].concat();
        let master = MasterKey::new(Suite::AesCm128HmacSha1_80, &octets).unwrap();
        let key = derive::<16>(&master, Layer::Rtp, Purpose::Encryption);
        assert_eq!(key[..], bytes("c61e7a93744f39ee10734afe3ff7a087"));
        let salt = derive::<14>(&master, Layer::Rtp, Purpose::Salt);
        assert_eq!(salt[..], bytes("30cbbc08863d8c85d49db34a9ae1"));
        let authentication = derive::<94>(&master, Layer::Rtp, Purpose::Authentication);
        let expected = "cebe321f6ff7716b6fd4ab49af256a156d38baa48f0a0acf3c34e2359e6cdbce\
                        e049646c43d9327ad175578ef72270986371c10c9a369ac2f94a8c5fbcdddc25\
                        6d6e919a48b610ef17c2041e474035766b68642c59bbfc2f34db60dbdfb2";
        assert_eq!(authentication[..], bytes(expected));
    }

    /// RFC 3711 B.2.
    #[test]
    fn the_keystream_of_the_standard() {
        let key = bytes("2b7e151628aed2a6abf7158809cf4f3c");
        let cipher = Aes128Enc::new_from_slice(&key).unwrap();
        let start = bytes("f0f1f2f3f4f5f6f7f8f9fafbfcfd0000").try_into().unwrap();
        let mut stream = vec![0; 0xFF02 * 16];
        apply_keystream(&cipher, start, &mut stream);
        let first = "e03ead0935c95e80e166b16dd92b4eb4d23513162b02d0f72a43a2fe4a5f97ab\
                     41e95b3bb0a2e8dd477901e4fca894c0";
        assert_eq!(stream[..48], bytes(first));
        let last = "ec8cdf7398607cb0f2d21675ea9ea1e4362b7c3c6773516318a077d7fc5073ae\
                    6a2cc3787889374fbeb4c81b17ba6c44";
        assert_eq!(stream[0xFEFF * 16..], bytes(last));
    }
}
