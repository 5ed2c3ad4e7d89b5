//! The test vectors of RFC 5769, and bytes of strangers.

use std::net::SocketAddr;

use proptest::prelude::*;

use super::answer::{Answer, Refusal, LONGEST};
use super::*;

const PASSWORD: &[u8] = b"VOkJxbRl1RmTxUk/WvJxBt";
const TRANSACTION: [u8; 12] = [0xB7, 0xE7, 0xA7, 0x01, 0xBC, 0x34, 0xD6, 0x86, 0xFA, 0x87, 0xDF, 0xAE];

/// RFC 5769 s.2.1.
fn request() -> Vec<u8> {
    let mut data = vec![0, 1, 0, 0x58, 0x21, 0x12, 0xA4, 0x42];
    data.extend(TRANSACTION);
    data.extend(b"\x80\x22\x00\x10STUN test client");
    data.extend(b"\x00\x24\x00\x04\x6e\x00\x01\xff");
    data.extend(b"\x80\x29\x00\x08\x93\x2f\xf9\xb1\x51\x26\x3b\x36");
    data.extend(b"\x00\x06\x00\x09evtj:h6vY   ");
    data.extend(
        b"\x00\x08\x00\x14\x9a\xea\xa7\x0c\xbf\xd8\xcb\x56\x78\x1e\xf2\xb5\xb2\xd3\xf2\x49\xc1\xb5\x71\xa2",
    );
    data.extend(b"\x80\x28\x00\x04\xe5\x7a\x3b\xcf");
    data
}

/// A request with these attributes, signed and with its fingerprint.
pub fn signed(attributes: &[(u16, &[u8])], key: &Key) -> Vec<u8> {
    let mut data = [&[0, 1, 0, 0], &COOKIE[..], &TRANSACTION].concat();
    for (kind, value) in attributes {
        add(&mut data, *kind, value);
    }
    let signature = key.sign(&data);
    add(&mut data, MESSAGE_INTEGRITY, &signature);
    let sum = fingerprint(&data);
    add(&mut data, FINGERPRINT, &sum);
    data
}

fn add(data: &mut Vec<u8>, kind: u16, value: &[u8]) {
    data.extend(kind.to_be_bytes());
    data.extend((value.len() as u16).to_be_bytes());
    data.extend(value);
    data.resize(data.len().next_multiple_of(4), 0);
    let counted = (data.len() - HEADER) as u16;
    data[2..4].copy_from_slice(&counted.to_be_bytes());
}

#[test]
fn the_request_of_rfc_5769_is_read_and_its_integrity_holds() {
    let data = request();
    let message = Message::parse(&data).unwrap();
    assert_eq!((message.kind, message.transaction), (BINDING_REQUEST, TRANSACTION));
    assert_eq!(message.username, Some(&b"evtj:h6vY"[..]));
    assert_eq!((message.priority, message.role), (Some(0x6E00_01FF), Some(Role::Controlled)));
    assert!(message.has_fingerprint && !message.use_candidate && message.unknown().is_empty());
    assert!(message.is_signed_with(&Key::new(PASSWORD)));
    assert!(!message.is_signed_with(&Key::new(b"another")) && !message.is_signed_with(&Key::new(b"")));
}

#[test]
fn the_answers_of_rfc_5769_hold_and_ours_have_the_same_address() {
    let four = "192.0.2.1:32853".parse::<SocketAddr>().unwrap();
    let six = "[2001:db8:1234:5678:11:2233:4455:6677]:32853".parse::<SocketAddr>().unwrap();
    let four_value = b"\x00\x20\x00\x08\x00\x01\xa1\x47\xe1\x12\xa6\x43";
    let six_value =
        b"\x00\x20\x00\x14\x00\x02\xa1\x47\x01\x13\xa9\xfa\xa5\xd3\xf1\x79\xbc\x25\xf4\xb5\xbe\xd2\xb9\xd9";
    let four_tail = b"\x2b\x91\xf5\x99\xfd\x9e\x90\xc3\x8c\x74\x89\xf9\x2a\xf9\xba\x53\xf0\x6b\xe7\xd7\x80\x28\x00\x04\xc0\x7d\x4c\x96";
    let six_tail = b"\xa3\x82\x95\x4e\x4b\xe6\x7b\xf1\x17\x84\xc9\x7c\x82\x92\xc2\x75\xbf\xe3\xed\x41\x80\x28\x00\x04\xc8\xfb\x0b\x4c";
    let key = Key::new(PASSWORD);
    for (address, value, tail) in [(four, &four_value[..], four_tail), (six, &six_value[..], six_tail)] {
        let mut data = [&[1, 1, 0, 0], &COOKIE[..], &TRANSACTION].concat();
        data.extend(b"\x80\x22\x00\x0btest vector ");
        data.extend(value);
        data.extend(b"\x00\x08\x00\x14");
        data.extend(tail);
        data[3] = (data.len() - HEADER) as u8;
        let message = Message::parse(&data).unwrap();
        assert!(message.has_fingerprint && message.is_signed_with(&key));

        let ours = Answer::success(TRANSACTION, address, &key);
        assert_eq!(&ours.bytes()[HEADER..HEADER + value.len()], value);
        let ours = Message::parse(ours.bytes()).unwrap();
        assert!(ours.has_fingerprint && ours.is_signed_with(&key));
    }
}

#[test]
fn a_refusal_names_its_code_and_what_was_not_understood() {
    let key = Key::new(PASSWORD);
    let unknown = [0x0007, 0x0021, 0x0003];
    let answer = Answer::refusal(TRANSACTION, Refusal::UnknownAttribute, &unknown, Some(&key));
    let body = &answer.bytes()[HEADER..];
    assert_eq!(&body[..8], &[0, 9, 0, 4, 0, 0, 4, 20]);
    assert_eq!(&body[8..20], &[0, 10, 0, 6, 0, 7, 0, 0x21, 0, 3, 0, 0]);
    assert!(Message::parse(answer.bytes()).unwrap().is_signed_with(&key));
    for (refusal, code) in
        [(Refusal::BadRequest, [4, 0]), (Refusal::Unauthenticated, [4, 1]), (Refusal::RoleConflict, [4, 87])]
    {
        let answer = Answer::refusal(TRANSACTION, refusal, &[], None);
        assert_eq!(answer.bytes()[HEADER + 6..HEADER + 8], code);
        let read = Message::parse(answer.bytes()).unwrap();
        assert!(read.has_fingerprint && !read.has_integrity());
    }
}

#[test]
fn the_longest_answers_fit() {
    let key = Key::new(PASSWORD);
    let six = "[2001:db8::1]:9".parse::<SocketAddr>().unwrap();
    let success = Answer::success(TRANSACTION, six, &key);
    let refusal = Answer::refusal(TRANSACTION, Refusal::UnknownAttribute, &[1; UNKNOWN], Some(&key));
    assert!(success.bytes().len() <= LONGEST && refusal.bytes().len() <= LONGEST);
    assert!(Message::parse(success.bytes()).is_ok() && Message::parse(refusal.bytes()).is_ok());
}

#[test]
fn what_stands_behind_the_integrity_is_not_heard() {
    let key = Key::new(PASSWORD);
    let mut data = signed(&[(USERNAME, b"a:b")], &key);
    data.truncate(data.len() - FINGERPRINT_SIZE);
    add(&mut data, USE_CANDIDATE, b"");
    let sum = fingerprint(&data);
    add(&mut data, FINGERPRINT, &sum);
    let message = Message::parse(&data).unwrap();
    assert!(message.is_signed_with(&key) && !message.use_candidate);
}

#[test]
fn any_changed_octet_is_noticed() {
    let key = Key::new(PASSWORD);
    let sound = request();
    for place in 0..sound.len() {
        let mut data = sound.clone();
        data[place] ^= 0x10;
        assert!(!Message::parse(&data).is_ok_and(|m| m.has_fingerprint && m.is_signed_with(&key)), "{place}");
    }
}

#[test]
fn messages_cut_short_or_with_wrong_lengths_are_refused() {
    let sound = request();
    for length in 0..sound.len() {
        assert!(Message::parse(&sound[..length]).is_err());
    }
    let key = Key::new(PASSWORD);
    for attribute in [(PRIORITY, &b"abc"[..]), (ICE_CONTROLLED, b"1234"), (ICE_CONTROLLING, b"")] {
        assert_eq!(Message::parse(&signed(&[attribute], &key)).unwrap_err(), Malformed::Attribute);
    }
}

proptest! {
    #[test]
    fn any_bytes_are_read_without_panic(data in proptest::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(message) = Message::parse(&data) {
            let _ = message.is_signed_with(&Key::new(b"x"));
        }
    }

    #[test]
    fn any_attributes_are_read_without_panic(
        parts in proptest::collection::vec((0u16..0x40, proptest::collection::vec(any::<u8>(), 0..40)), 0..12),
        change in any::<prop::sample::Index>(), to in any::<u8>(),
    ) {
        let key = Key::new(b"x");
        let attributes: Vec<(u16, &[u8])> = parts.iter().map(|(kind, value)| (*kind, &value[..])).collect();
        let mut data = signed(&attributes, &key);
        let _ = Message::parse(&data).map(|message| message.is_signed_with(&key));
        let place = change.index(data.len());
        data[place] = to;
        let _ = Message::parse(&data).map(|message| message.is_signed_with(&key));
    }
}
