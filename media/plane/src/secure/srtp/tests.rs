//! What a session does over time: wraps, reordering, replays, other keys, and whatever strangers send.

use proptest::prelude::*;

use super::*;

const ROOM: usize = 400;

fn key(suite: Suite, fill: u8) -> MasterKey {
    MasterKey::new(suite, &vec![fill; suite.key_length() + suite.salt_length()]).unwrap()
}

fn keys(suite: Suite, ours: u8, theirs: u8) -> Keys {
    Keys { ours: key(suite, ours), theirs: key(suite, theirs) }
}

/// Two ends of one call.
fn ends(suite: Suite) -> (Srtp, Srtp) {
    (Srtp::new(&keys(suite, 1, 2)), Srtp::new(&keys(suite, 2, 1)))
}

fn packet(ssrc: u32, sequence: u16) -> Vec<u8> {
    let [high, low] = sequence.to_be_bytes();
    [&[0x80, 0, high, low, 0, 0, 0, 1][..], &ssrc.to_be_bytes(), &[high, low, 7, 7]].concat()
}

fn report(ssrc: u32) -> Vec<u8> {
    [&[0x80, 201, 0, 1][..], &ssrc.to_be_bytes()].concat()
}

fn sealed(srtp: &mut Srtp, packet: &[u8]) -> Vec<u8> {
    let mut work = packet.to_vec();
    work.resize(packet.len() + GROWTH, 0);
    let length = srtp.protect(&mut work, packet.len()).unwrap();
    work.truncate(length);
    work
}

fn sealed_report(srtp: &mut Srtp, report: &[u8]) -> Vec<u8> {
    let mut work = report.to_vec();
    work.resize(report.len() + GROWTH, 0);
    let length = srtp.protect_report(&mut work, report.len()).unwrap();
    work.truncate(length);
    work
}

fn opened(srtp: &mut Srtp, packet: &[u8]) -> Result<Vec<u8>, Refused> {
    let mut work = packet.to_vec();
    let outcome = srtp.unprotect(&mut work);
    if outcome.is_err() {
        assert_eq!(work, packet, "a refused packet is left as it came");
    }
    outcome.map(|length| work[..length].to_vec())
}

#[test]
fn the_sequence_wraps_many_times_in_every_suite() {
    for suite in Suite::ALL {
        let (mut a, mut b) = ends(suite);
        for number in (0..300_000u32).step_by(331) {
            let packet = packet(5, number as u16);
            let protected = sealed(&mut a, &packet);
            assert_eq!(opened(&mut b, &protected), Ok(packet), "{suite:?} {number}");
        }
    }
}

#[test]
fn packets_may_swap_over_the_wrap() {
    for suite in Suite::ALL {
        let (mut a, mut b) = ends(suite);
        let order = [65_533u16, 65_534, 65_535, 0, 1, 2];
        let protected: Vec<_> = order.iter().map(|&s| sealed(&mut a, &packet(5, s))).collect();
        for place in [0, 3, 2, 5, 1, 4] {
            assert_eq!(opened(&mut b, &protected[place]), Ok(packet(5, order[place])), "{suite:?}");
        }
    }
}

#[test]
fn a_stream_that_wrapped_before_it_came_through_is_heard() {
    let (mut a, mut b) = ends(Suite::AesCm128HmacSha1_80);
    sealed(&mut a, &packet(5, 65_535));
    let protected = sealed(&mut a, &packet(5, 0));
    assert!(opened(&mut b, &protected).is_ok());
}

#[test]
fn a_packet_is_taken_once() {
    for suite in Suite::ALL {
        let (mut a, mut b) = ends(suite);
        let protected: Vec<_> = (0..200).map(|s| sealed(&mut a, &packet(5, s))).collect();
        for number in [0, 199, 100, 72] {
            assert!(opened(&mut b, &protected[number]).is_ok(), "{number}");
            assert_eq!(opened(&mut b, &protected[number]), Err(Refused::Replayed), "{number}");
        }
        assert_eq!(opened(&mut b, &protected[71]), Err(Refused::Replayed));
    }
}

#[test]
fn a_report_is_taken_once_and_must_be_encrypted() {
    for suite in Suite::ALL {
        let (mut a, mut b) = ends(suite);
        let mut first = sealed_report(&mut a, &report(5));
        let mut second = sealed_report(&mut a, &report(5));
        let mut again = second.clone();
        let mut clear = second.clone();
        let word = clear.len() - if suite.salt_length() == 14 { 14 } else { 4 };
        clear[word] &= 0x7F;
        assert_eq!(b.unprotect_report(&mut clear), Err(Refused::Clear));
        assert_eq!(b.unprotect_report(&mut second), Ok(8));
        assert_eq!(b.unprotect_report(&mut first), Ok(8));
        assert_eq!(b.unprotect_report(&mut again), Err(Refused::Replayed));
    }
}

#[test]
fn we_never_protect_two_packets_under_one_number() {
    let (mut a, _) = ends(Suite::AeadAes128Gcm);
    sealed(&mut a, &packet(5, 9));
    let mut work = [packet(5, 9), vec![0; GROWTH]].concat();
    assert_eq!(a.protect(&mut work, 16), Err(Refused::Replayed));
}

#[test]
fn protection_needs_its_room() {
    let (mut a, _) = ends(Suite::AeadAes128Gcm);
    let mut work = packet(5, 9);
    assert_eq!(a.protect(&mut work, 16), Err(Refused::NoRoom));
    assert_eq!(a.protect(&mut work, 17), Err(Refused::NoRoom));
    assert_eq!(a.protect_report(&mut report(5), 8), Err(Refused::NoRoom));
}

#[test]
fn one_who_has_another_key_is_not_heard() {
    for suite in Suite::ALL {
        let (mut a, mut b) = ends(suite);
        let mut stranger = Srtp::new(&keys(suite, 9, 2));
        let forged = sealed(&mut stranger, &packet(5, 7));
        assert_eq!(opened(&mut b, &forged), Err(Refused::Unauthentic));
        assert_eq!(opened(&mut b, &packet(5, 7)).map(|_| ()).unwrap_err(), {
            // Plain RTP is too short for a long tag, or bears a false one.
            let tag = if suite == Suite::AesCm128HmacSha1_32 { 4 } else { 10 };
            if tag == 4 {
                Refused::Unauthentic
            } else {
                Refused::Malformed
            }
        });
        assert_eq!(
            b.unprotect_report(&mut sealed_report(&mut stranger, &report(5))),
            Err(Refused::Unauthentic)
        );
        // The true sender is heard all the same, from its first packet on.
        let protected = sealed(&mut a, &packet(5, 7));
        assert!(opened(&mut b, &protected).is_ok());
    }
}

#[test]
fn every_octet_is_vouched_for() {
    for suite in Suite::ALL {
        let (mut a, mut b) = ends(suite);
        let protected = sealed(&mut a, &packet(5, 7));
        let reported = sealed_report(&mut a, &report(5));
        for place in 0..protected.len() {
            let mut changed = protected.clone();
            changed[place] ^= 0x04;
            assert!(opened(&mut b, &changed).is_err(), "{suite:?} {place}");
        }
        for place in 0..reported.len() {
            let mut changed = reported.clone();
            changed[place] ^= 0x04;
            assert!(b.unprotect_report(&mut changed).is_err(), "{suite:?} {place}");
        }
        assert!(opened(&mut b, &protected).is_ok());
    }
}

#[test]
fn contributing_sources_and_extensions_stay_readable() {
    for suite in Suite::ALL {
        let (mut a, mut b) = ends(suite);
        let mut packet = packet(5, 7)[..12].to_vec();
        packet[0] = 0x91;
        packet.extend_from_slice(b"CCCC\0\0\0\x01EEEEvoice");
        let protected = sealed(&mut a, &packet);
        assert_eq!(protected[..24], packet[..24]);
        assert_ne!(protected[24..29], packet[24..29]);
        assert_eq!(opened(&mut b, &protected), Ok(packet));
    }
}

#[test]
fn the_same_keys_again_change_nothing() {
    let suite = Suite::AesCm128HmacSha1_80;
    let (mut a, mut b) = ends(suite);
    for sequence in [65_535, 0] {
        let protected = sealed(&mut a, &packet(5, sequence));
        opened(&mut b, &protected).unwrap();
    }
    assert!(!a.change(&keys(suite, 1, 2)));
    b.change(&keys(suite, 2, 1));
    let protected = sealed(&mut a, &packet(5, 1));
    assert!(opened(&mut b, &protected).is_ok());
    assert_eq!(opened(&mut b, &protected), Err(Refused::Replayed));
}

#[test]
fn other_keys_are_taken_with_the_counter_reset_or_not() {
    for suite in Suite::ALL {
        // Two rollovers, then another key: some peers begin their counter anew, some do not.
        for reset in [true, false] {
            let (mut a, mut b) = ends(suite);
            for number in (0..150_000u32).step_by(10_000) {
                let protected = sealed(&mut a, &packet(5, number as u16));
                opened(&mut b, &protected).unwrap();
            }
            b.change(&keys(suite, 2, 3));
            let late = sealed(&mut a, &packet(5, 20_000));
            assert!(opened(&mut b, &late).is_ok(), "in flight under the old key");
            let mut renewed = Srtp::new(&keys(suite, 3, 2));
            if !reset {
                for number in (0..150_000u32).step_by(10_000) {
                    sealed(&mut renewed, &packet(5, number as u16));
                }
            }
            let protected = sealed(&mut renewed, &packet(5, 20_001));
            assert!(opened(&mut b, &protected).is_ok(), "{suite:?} {reset}");
            let late = sealed(&mut a, &packet(5, 20_002));
            assert_eq!(
                opened(&mut b, &late),
                Err(Refused::Unauthentic),
                "the new key was used: the old is void"
            );
        }
    }
}

#[test]
fn the_old_key_serves_a_while_only() {
    let suite = Suite::AeadAes256Gcm;
    let (mut a, mut b) = ends(suite);
    b.change(&keys(suite, 2, 3));
    let heard = (0..500).filter(|&s| opened(&mut b, &sealed(&mut a, &packet(5, s))).is_ok()).count();
    assert_eq!(heard, usize::from(GRACE));
}

#[test]
fn a_new_key_after_a_wrap_asks_for_a_new_ssrc() {
    let suite = Suite::AesCm128HmacSha1_80;
    let (mut a, _) = ends(suite);
    sealed(&mut a, &packet(5, 65_535));
    assert!(!a.change(&keys(suite, 1, 3)));
    sealed(&mut a, &packet(5, 0));
    assert!(!a.change(&keys(suite, 1, 4)));
    assert!(a.change(&keys(suite, 5, 4)));
    assert!(!a.change(&keys(suite, 6, 4)));
}

#[test]
fn a_session_is_never_printed_with_its_keys() {
    let printed = format!("{:?}", ends(Suite::AeadAes128Gcm).0);
    let master = "MasterKey(AEAD_AES_128_GCM, ***)";
    assert_eq!(printed, format!("Srtp {{ keys: Keys {{ ours: {master}, theirs: {master} }}, .. }}"));
}

fn any_suite() -> impl Strategy<Value = Suite> {
    prop::sample::select(Suite::ALL.to_vec())
}

proptest! {
    #[test]
    fn no_bytes_pass_nor_panic(suite in any_suite(), data in prop::collection::vec(any::<u8>(), 0..ROOM)) {
        let (_, mut b) = ends(suite);
        prop_assert!(opened(&mut b, &data).is_err());
        prop_assert!(b.unprotect_report(&mut data.clone()).is_err());
        // What looks like a packet gets further.
        let likely = [&packet(5, 7)[..12], &data].concat();
        prop_assert!(opened(&mut b, &likely).is_err());
        let likely = [&report(5)[..], &data].concat();
        prop_assert!(b.unprotect_report(&mut likely.clone()).is_err());
    }

    #[test]
    fn any_packet_that_is_protected_comes_out_the_same(
        suite in any_suite(),
        first in 0u8..64,
        tail in prop::collection::vec(any::<u8>(), 11..ROOM),
    ) {
        let (mut a, mut b) = ends(suite);
        let packet = [&[0x80 | first][..], &tail].concat();
        let mut work = [&packet[..], &[0; GROWTH]].concat();
        if let Ok(length) = a.protect(&mut work, packet.len()) {
            prop_assert_eq!(opened(&mut b, &work[..length]), Ok(packet));
        }
    }

    #[test]
    fn any_order_within_the_window_is_heard_once(
        suite in any_suite(),
        start in any::<u16>(),
        order in Just((0..100u16).collect::<Vec<_>>()).prop_shuffle(),
    ) {
        let (mut a, mut b) = ends(suite);
        let protected: Vec<_> =
            (0..100).map(|step| sealed(&mut a, &packet(5, start.wrapping_add(step)))).collect();
        // The first heard says where the stream stands; a wrap right behind it is known.
        opened(&mut b, &protected[0]).unwrap();
        for &step in order.iter().filter(|&&step| step > 0) {
            prop_assert!(opened(&mut b, &protected[usize::from(step)]).is_ok());
        }
        for packet in &protected {
            prop_assert_eq!(opened(&mut b, packet), Err(Refused::Replayed));
        }
    }
}
