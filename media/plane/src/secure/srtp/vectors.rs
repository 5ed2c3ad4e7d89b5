//! Whole packets as they must be: those of RFC 7714 s.16 and 17, and those that libsrtp 2 made.

use zeroize::Zeroizing;

use super::cipher::{Cipher, Place};
use super::key_derivation::Layer;
use super::{Keys, MasterKey, Srtp, Suite};

pub const KEY_3711: &str = "e1f97a0d3e018be0d64fa32c06de4139";
pub const SALT_3711: &str = "0ec675ad498afeebb6960b3aabe6";

pub fn bytes(hex: &str) -> Vec<u8> {
    let digits: Vec<u8> = hex.bytes().filter_map(|c| char::from(c).to_digit(16)).map(|d| d as u8).collect();
    digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect()
}

/// The session keys of RFC 7714 s.16: octets counting up, and "Quid pro quo".
fn cipher_7714(suite: Suite, layer: Layer) -> Cipher {
    let key = std::array::from_fn(|index| index as u8);
    Cipher::with(suite, layer, &key, &[0; 20], Zeroizing::new(*b"Quid pro quo\0\0"))
}

#[test]
fn the_packets_of_rfc_7714() {
    let packet = [&bytes("8040f17b8041f8d35501a0b2")[..], b"Gallia est omnis divisa in partes tres"].concat();
    let place = Place { ssrc: 0x5501_a0b2, index: 0xf17b };
    for (suite, sealed) in [
        (
            Suite::AeadAes128Gcm,
            "8040f17b8041f8d35501a0b2f24de3a3fb34de6cacba861c9d7e4bcabe633bd50d294e6f\
             42a5f47a51c7d19b36de3adf8833 899d7f27beb16a9152cf765ee4390cce",
        ),
        (
            Suite::AeadAes256Gcm,
            "8040f17b8041f8d35501a0b232b1de78a822fe12ef9f78fa332e33aab18012389a58e2f3\
             b50b2a0276ffae0f1ba63799b87b 7aa3db36dfffd6b0f9bb7878d7a76c13",
        ),
    ] {
        let cipher = cipher_7714(suite, Layer::Rtp);
        let mut work = packet.clone();
        let tag = cipher.seal(&mut work, 12, place, [0; 4]);
        assert_eq!([&work[..], &tag].concat(), bytes(sealed), "{suite:?}");
        assert!(cipher.open(&mut work, 12, place, [0; 4], &tag));
        assert_eq!(work, packet);
    }
}

#[test]
fn the_reports_of_rfc_7714() {
    let report = bytes(
        "81c8000d4d6172734e5450314e545032525450200000042a0000e9304c756e61\
         deadbeefdeadbeefdeadbeefdeadbeefdeadbeef",
    );
    let (place, trailer) = (Place { ssrc: 0x4d61_7273, index: 0x5d4 }, [0x80, 0, 0x05, 0xd4]);
    for (suite, sealed) in [
        (
            Suite::AeadAes128Gcm,
            "81c8000d4d61727363e94885dcdab67ca727d7662f6b7e997ff5c0f76c06f32d\
             c676a5f1730d6fda4ce09b4686303ded0bb9275bc84aa45896cf4d2fc5abf87245d9eade",
        ),
        (
            Suite::AeadAes256Gcm,
            "81c8000d4d617273d50ae4d1f5ce5d304ba297e47d470c282c3ece5dbffe0a50\
             a2eaa5c1110555be8415f658c61de0476f1b6fad1d1eb30c4446839f57ff6f6cb26ac3be",
        ),
    ] {
        let cipher = cipher_7714(suite, Layer::Rtcp);
        let mut work = report.clone();
        let tag = cipher.seal(&mut work, 8, place, trailer);
        assert_eq!([&work[..], &tag].concat(), bytes(sealed), "{suite:?}");
        assert!(cipher.open(&mut work, 8, place, trailer, &tag));
        assert_eq!(work, report);
    }
}

/// Master keys of octets counting up; the reports bear the index 1.
const LIBSRTP: [(Suite, &str, &str); 4] = [
    (
        Suite::AesCm128HmacSha1_80,
        "80001234000000a0cafebabe17292ee49de46e39211418f29f372b49268aaeb0caf4b6841008f113a0ca",
        "80c90001cafebabe07aa7a099636901dd37a521680000001f7fc8c882835645896ff",
    ),
    (
        Suite::AesCm128HmacSha1_32,
        "80001234000000a0cafebabe17292ee49de46e39211418f29f372b49268aaeb0caf4b684",
        "80c90001cafebabe07aa7a099636901dd37a521680000001f7fc8c882835645896ff",
    ),
    (
        Suite::AeadAes128Gcm,
        "80001234000000a0cafebabe950b166080617654e56a991693c6d515adbe84b4\
         1a317662b11a99583bac91ca623fa834",
        "80c90001cafebabe4ad727101055f535c6080b7d533960377b729f27619f4daeae6032ef80000001",
    ),
    (
        Suite::AeadAes256Gcm,
        "80001234000000a0cafebabe0a9218f778b974fb6a30758a4f225e30a5e7ef7a\
         f0f3e1290dc92aa24cca7cb25c961870",
        "80c90001cafebabe38b43d67009194f21048abcae310eb395082e79a6816674a0341748480000001",
    ),
];

#[test]
fn packets_and_reports_as_libsrtp_makes_them() {
    let packet = [&bytes("80001234000000a0cafebabe")[..], b"twenty octets, sound"].concat();
    let report = bytes("80c90001cafebabe 81ca0002cafebabe01026162");
    for (suite, sealed_packet, sealed_report) in LIBSRTP {
        let octets: Vec<u8> = (0..suite.key_length() + suite.salt_length()).map(|n| n as u8).collect();
        let key = MasterKey::new(suite, &octets).unwrap();
        let mut srtp = Srtp::new(&Keys { ours: key.clone(), theirs: key });
        let mut work = [0; 100];

        work[..packet.len()].copy_from_slice(&packet);
        let length = srtp.protect(&mut work, packet.len()).unwrap();
        assert_eq!(work[..length], bytes(sealed_packet), "{suite:?}");
        assert_eq!(srtp.unprotect(&mut work[..length]), Ok(packet.len()), "{suite:?}");
        assert_eq!(work[..packet.len()], packet);

        let mut length = 0;
        for _ in 0..2 {
            work[..report.len()].copy_from_slice(&report);
            length = srtp.protect_report(&mut work, report.len()).unwrap();
        }
        assert_eq!(work[..length], bytes(sealed_report), "{suite:?}");
        assert_eq!(srtp.unprotect_report(&mut work[..length]), Ok(report.len()), "{suite:?}");
        assert_eq!(work[..report.len()], report);
    }
}
