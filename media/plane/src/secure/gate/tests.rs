//! A peer of our own kind knocks at a gate: checks first, then hello.

use std::time::Duration;

use super::super::stun::tests::signed;
use super::super::stun::Key;
use super::*;

const TICK: Duration = Duration::from_millis(20);

fn identity(first: u8) -> Arc<Identity> {
    Arc::new(Identity::new(&[first; 32], [first; 8]).unwrap())
}

fn credentials() -> Credentials {
    Credentials::new(std::array::from_fn(|place| place as u8))
}

fn address(last: u8) -> SocketAddr {
    SocketAddr::from(([192, 0, 2, last], 40000))
}

fn check(nominate: bool) -> Vec<u8> {
    let name = [credentials().fragment(), ":peer"].concat();
    let mut attributes: Vec<(u16, &[u8])> = vec![(6, name.as_bytes())];
    if nominate {
        attributes.push((0x25, &[]));
    }
    signed(&attributes, &Key::new(credentials().password().as_bytes()))
}

fn terms(ours: &Arc<Identity>, theirs: &Identity, with_ice: bool) -> Terms {
    Terms {
        identity: ours.clone(),
        setup: Setup::Passive,
        fingerprints: vec![theirs.fingerprint.clone()],
        ice: with_ice.then(|| (credentials(), "peer".into())),
    }
}

/// A gate and a peer's association; what the gate sends reaches the peer where it comes from `home`.
struct Scene {
    gate: Gate,
    peer: Association,
    home: SocketAddr,
    at: Moment,
    sent_elsewhere: usize,
}

impl Scene {
    fn new(with_ice: bool) -> Self {
        let (ours, theirs) = (identity(1), identity(2));
        let at = Moment { tick: 0, now: Instant::now() };
        let gate = Gate::new(terms(&ours, &theirs, with_ice), address(1), 0);
        let fingerprints = vec![ours.fingerprint.clone()];
        let peer = Association::new(theirs, Setup::Active, fingerprints, at.now);
        Self { gate, peer, home: address(1), at, sent_elsewhere: 0 }
    }

    fn pass(&mut self, ticks: u32) -> Option<Progress> {
        let mut told = None;
        for _ in 0..ticks {
            self.at = Moment { tick: self.at.tick + 1, now: self.at.now + TICK };
            let (at, home, mut elsewhere) = (self.at, self.home, 0);
            let mut hellos = Vec::new();
            let _ = self.peer.tick(at.now, &mut |record| hellos.push(record.to_vec()));
            let mut answers = Vec::new();
            let mut send = |record: &[u8], to| match to == home {
                true => answers.push(record.to_vec()),
                false => elsewhere += 1,
            };
            let mut progress = vec![self.gate.tick(at, &mut send)];
            for hello in hellos {
                progress.push(self.gate.hear_records(&hello, home, at, &mut send));
            }
            for answer in answers {
                let mut more = Vec::new();
                let _ = self.peer.receive(&answer, at.now, &mut |record| more.push(record.to_vec()));
                for record in more {
                    progress.push(self.gate.hear_records(&record, home, at, &mut |_, _| ()));
                }
            }
            self.sent_elsewhere += elsewhere;
            told = progress.into_iter().find(|each| !matches!(each, Progress::Waiting)).or(told);
        }
        told
    }

    fn check(&mut self, nominate: bool, from: SocketAddr) -> bool {
        self.gate.hear_check(&check(nominate), from, self.at.tick, &mut |_, to| assert_eq!(to, from))
    }
}

#[test]
fn first_octets_tell_what_a_datagram_is() {
    let sorts = [(0, Sort::Stun), (3, Sort::Stun), (4, Sort::Unknown), (19, Sort::Unknown), (20, Sort::Dtls)];
    let more =
        [(63, Sort::Dtls), (64, Sort::Unknown), (127, Sort::Unknown), (128, Sort::Rtp), (192, Sort::Unknown)];
    for (first, sort) in sorts.into_iter().chain(more) {
        assert_eq!(Sort::of(&[first, 1, 2]), sort);
    }
    assert_eq!(Sort::of(&[]), Sort::Unknown);
}

#[test]
fn a_hello_is_answered_only_where_a_check_has_been() {
    let mut scene = Scene::new(true);
    let mut sent = 0;
    for _ in 0..50 {
        let hello = [22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let _ = scene.gate.hear_records(&hello, address(1), scene.at, &mut |_, _| sent += 1);
    }
    assert!(scene.pass(50).is_none() && sent == 0 && scene.gate.association.is_none());
    assert!(scene.check(false, address(1)));
    assert!(matches!(scene.pass(200), Some(Progress::Secured(_))));
    assert_eq!((scene.gate.target(), scene.sent_elsewhere), (None, 0));
    assert!(scene.check(true, address(1)));
    assert_eq!(scene.gate.target(), Some(address(1)));
}

#[test]
fn the_same_peer_keeps_its_keys_when_the_stream_is_agreed_anew() {
    let mut scene = Scene::new(true);
    scene.check(true, address(1));
    assert!(matches!(scene.pass(20), Some(Progress::Secured(_))));
    let (ours, theirs) = (identity(1), identity(2));
    assert!(!scene.gate.renew(terms(&ours, &theirs, true), address(1), scene.at.tick));
    assert!(scene.gate.association.is_some() && scene.gate.target() == Some(address(1)));

    let mut other = terms(&ours, &theirs, true);
    other.ice = Some((credentials(), "fork".into()));
    assert!(scene.gate.renew(other, address(1), scene.at.tick));
    assert!(scene.gate.association.is_none() && scene.gate.target().is_none());

    let changed = terms(&ours, &identity(3), true);
    scene.gate.renew(changed, address(1), scene.at.tick);
    assert!(scene.gate.association.is_none(), "another certificate");
}

#[test]
fn who_never_checks_or_stops_checking_is_given_up_once() {
    let mut scene = Scene::new(true);
    assert!(matches!(scene.pass(1600), Some(Progress::Failed(Failure::Silence))));
    assert!(scene.pass(1600).is_none());
    let mut scene = Scene::new(true);
    scene.check(true, address(1));
    assert!(matches!(scene.pass(100), Some(Progress::Secured(_))));
    scene.gate.heard(scene.at.tick);
    assert!(scene.pass(1490).is_none());
    assert!(matches!(scene.pass(20), Some(Progress::Failed(Failure::Silence))));
}

#[test]
fn without_ice_the_negotiated_address_alone_is_heard() {
    let mut scene = Scene::new(false);
    assert!(!scene.check(true, address(1)), "no checks are answered");
    assert!(scene.gate.admits(address(1), 0) && !scene.gate.admits(address(2), 0));
    assert!(matches!(scene.pass(20), Some(Progress::Secured(_))));
    let mut scene = Scene::new(false);
    scene.home = address(2);
    assert!(scene.pass(50).is_none());
}
