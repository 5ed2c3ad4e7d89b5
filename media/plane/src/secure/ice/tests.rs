//! Who may check, who is sent to, and who gets no answer.

use std::net::SocketAddr;

use super::super::stun::tests::signed;
use super::super::stun::{Key, HEADER};
use super::*;

const USERNAME: u16 = 0x0006;
const USE_CANDIDATE: u16 = 0x0025;
const CONTROLLED: u16 = 0x8029;
const CONTROLLING: u16 = 0x802A;
const PEER: &str = "peer";

fn credentials(first: u8) -> Credentials {
    Credentials::new(std::array::from_fn(|place| first.wrapping_add(place as u8)))
}

fn address(last: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, last], 40000))
}

fn name(credentials: &Credentials, peer: &str) -> Vec<u8> {
    [credentials.fragment(), ":", peer].concat().into_bytes()
}

fn check(credentials: &Credentials, nominate: bool) -> Vec<u8> {
    let name = name(credentials, PEER);
    let mut attributes = vec![(USERNAME, &name[..]), (CONTROLLING, &[7; 8])];
    if nominate {
        attributes.push((USE_CANDIDATE, &[]));
    }
    signed(&attributes, &Key::new(credentials.password().as_bytes()))
}

fn agent(credentials: &Credentials) -> Agent {
    Agent::new(credentials, PEER, 0)
}

fn code(check: Check) -> Option<[u8; 2]> {
    match check {
        Check::Refused(answer) => answer.bytes()[HEADER + 6..HEADER + 8].try_into().ok(),
        _ => None,
    }
}

fn is_ignored(check: Check) -> bool {
    matches!(check, Check::Ignored)
}

fn moved(check: Check) -> bool {
    match check {
        Check::Answered { moved, .. } => moved,
        _ => panic!("not answered"),
    }
}

#[test]
fn credentials_are_of_ice_characters_and_long_enough() {
    let made = credentials(200);
    assert_eq!((made.fragment().len(), made.password().len()), (8, 24));
    assert!(made
        .fragment()
        .chars()
        .chain(made.password().chars())
        .all(|c| c.is_ascii_alphanumeric() || "+/".contains(c)));
    assert!(!format!("{made:?}").contains(made.password()));
    let read = Credentials::read(made.fragment(), made.password()).unwrap();
    assert_eq!((read.fragment(), read.password()), (made.fragment(), made.password()));
    assert!(Credentials::read("short", made.password()).is_none());
}

#[test]
fn a_checked_address_is_heard_and_a_nominated_one_is_sent_to() {
    let ours = credentials(1);
    let mut agent = agent(&ours);
    assert!(!agent.has_checked(address(1), 0) && agent.contact().is_none());
    assert!(!moved(agent.receive(&check(&ours, false), address(1), 5)));
    assert!(agent.has_checked(address(1), 5) && !agent.has_checked(address(2), 5));
    assert_eq!((agent.selected(), agent.contact()), (None, Some(address(1))));
    assert!(moved(agent.receive(&check(&ours, true), address(1), 6)));
    assert!(!moved(agent.receive(&check(&ours, true), address(1), 7)));
    assert_eq!(agent.selected(), Some(address(1)));
}

#[test]
fn a_new_nomination_moves_the_stream() {
    let ours = credentials(1);
    let mut agent = agent(&ours);
    agent.receive(&check(&ours, true), address(1), 1);
    assert!(!moved(agent.receive(&check(&ours, false), address(2), 2)));
    assert_eq!(agent.selected(), Some(address(1)));
    assert!(moved(agent.receive(&check(&ours, true), address(2), 3)));
    assert_eq!(agent.selected(), Some(address(2)));
}

#[test]
fn strangers_are_refused_and_change_nothing() {
    let ours = credentials(1);
    let key = Key::new(ours.password().as_bytes());
    let mut agent = agent(&ours);
    let name = name(&ours, PEER);
    let wrong = signed(&[(USERNAME, &name), (USE_CANDIDATE, &[])], &Key::new(b"wrong"));
    assert_eq!(code(agent.receive(&wrong, address(9), 1)), Some([4, 1]));
    let other = signed(&[(USERNAME, b"ABCDEFGH:peer"), (USE_CANDIDATE, &[])], &key);
    assert_eq!(code(agent.receive(&other, address(9), 1)), Some([4, 1]));
    let fork = super::tests::name(&ours, "fork");
    let fork = signed(&[(USERNAME, &fork), (USE_CANDIDATE, &[])], &key);
    assert_eq!(code(agent.receive(&fork, address(9), 1)), Some([4, 1]));
    assert_eq!(code(agent.receive(&signed(&[], &key), address(9), 1)), Some([4, 0]));
    assert!(agent.contact().is_none() && !agent.has_checked(address(9), 1));
}

#[test]
fn a_flood_gets_five_answers_a_second_and_none_longer_than_the_question() {
    let ours = credentials(1);
    let mut agent = agent(&ours);
    let wrong = signed(&[(USERNAME, b"a:b")], &Key::new(b"wrong"));
    let answered = (0..1000).filter(|_| !is_ignored(agent.receive(&wrong, address(9), 49))).count();
    assert_eq!(answered, usize::from(REFUSALS));
    assert!(!is_ignored(agent.receive(&wrong, address(9), 99)));
    // The shortest request: a header and a fingerprint.
    let mut bare = wrong[..HEADER].to_vec();
    bare[3] = 8;
    let sum = super::super::stun::fingerprint(&bare);
    bare.extend([0x80, 0x28, 0, 4]);
    bare.extend(sum);
    assert!(Message::parse(&bare).unwrap().has_fingerprint);
    assert!(is_ignored(agent.receive(&bare, address(9), 200)));
}

#[test]
fn what_is_no_check_gets_no_answer() {
    let ours = credentials(1);
    let mut agent = agent(&ours);
    let sound = check(&ours, true);
    assert!(is_ignored(agent.receive(b"", address(1), 1)));
    assert!(is_ignored(agent.receive(&sound[..40], address(1), 1)));
    for kind in [[0, 0x11], [1, 1], [1, 0x11], [0, 3]] {
        let mut other = sound.clone();
        other[..2].copy_from_slice(&kind);
        assert!(is_ignored(agent.receive(&other, address(1), 1)));
    }
    let mut bare = sound[..sound.len() - 8].to_vec();
    bare[3] -= 8;
    assert!(is_ignored(agent.receive(&bare, address(1), 1)), "no fingerprint");
    assert!(agent.contact().is_none());
}

#[test]
fn a_peer_that_wants_to_be_controlled_too_must_change() {
    let ours = credentials(1);
    let mut agent = agent(&ours);
    let name = name(&ours, PEER);
    let key = Key::new(ours.password().as_bytes());
    let conflict = signed(&[(USERNAME, &name), (CONTROLLED, &[0; 8]), (USE_CANDIDATE, &[])], &key);
    assert_eq!(code(agent.receive(&conflict, address(1), 1)), Some([4, 87]));
    let unknown = signed(&[(USERNAME, &name), (0x0031, b"x")], &key);
    assert_eq!(code(agent.receive(&unknown, address(1), 1)), Some([4, 20]));
    assert!(agent.contact().is_none());
}

#[test]
fn another_phone_that_took_the_offer_is_another_peer() {
    let ours = credentials(1);
    let mut agent = agent(&ours);
    agent.receive(&check(&ours, true), address(1), 1);
    assert!(!agent.renew(&ours, PEER, 2) && agent.selected() == Some(address(1)));
    assert!(agent.renew(&ours, "fork", 3));
    assert!(agent.selected().is_none() && !agent.has_checked(address(1), 3));
    assert_eq!(code(agent.receive(&check(&ours, true), address(1), 4)), Some([4, 1]));
}

#[test]
fn silence_of_thirty_seconds_is_noticed() {
    let ours = credentials(1);
    let mut agent = Agent::new(&ours, PEER, 100);
    assert!(!agent.is_lost(100 + CONSENT_TICKS) && agent.is_lost(101 + CONSENT_TICKS));
    agent.receive(&check(&ours, false), address(1), 1000);
    assert!(!agent.is_lost(1000 + CONSENT_TICKS) && !agent.is_lost(999));
    agent.heard(1200);
    assert!(!agent.is_lost(1200 + CONSENT_TICKS) && agent.is_lost(1201 + CONSENT_TICKS));
    assert!(!agent.has_checked(address(1), 1001 + CONSENT_TICKS));
}

#[test]
fn a_restart_keeps_the_stream_where_it_is_until_the_new_nomination() {
    let (before, after) = (credentials(1), credentials(77));
    let mut agent = agent(&before);
    agent.receive(&check(&before, true), address(1), 1);
    assert!(!agent.renew(&after, PEER, 2));
    assert_eq!(agent.selected(), Some(address(1)));
    assert!(!moved(agent.receive(&check(&before, true), address(3), 2)), "answered only");
    assert!(moved(agent.receive(&check(&after, true), address(2), 3)));
    assert_eq!(agent.selected(), Some(address(2)));
    assert_eq!(code(agent.receive(&check(&before, true), address(1), 4)), Some([4, 1]));
}

#[test]
fn the_address_checked_longest_ago_makes_room() {
    let ours = credentials(1);
    let mut agent = agent(&ours);
    for last in 0..=PATHS as u8 {
        agent.receive(&check(&ours, false), address(last), u32::from(last));
    }
    assert!(!agent.has_checked(address(0), 9));
    assert!((1..=PATHS as u8).all(|last| agent.has_checked(address(last), 9)));
}
