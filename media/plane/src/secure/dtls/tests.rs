//! Two ends of our own in virtual time; foreign ends stand in tests/e2e.

use super::*;

fn identity(first: u8) -> Arc<Identity> {
    Arc::new(Identity::new(&[first; 32], [first; 8]).unwrap())
}

/// Both ends, and what each was told.
struct Pair {
    client: Association,
    server: Association,
    now: Instant,
    told: [Option<Progress>; 2],
}

impl Pair {
    fn new() -> Self {
        let (a, b) = (identity(1), identity(2));
        let (for_a, for_b) = (b.fingerprint.clone(), a.fingerprint.clone());
        Self::expecting(a, b, for_a, for_b)
    }

    fn expecting(a: Arc<Identity>, b: Arc<Identity>, for_a: Fingerprint, for_b: Fingerprint) -> Self {
        let now = Instant::now();
        let client = Association::new(a, Setup::Active, vec![Fingerprint::Sha384([9; 48]), for_a], now);
        let server = Association::new(b, Setup::Passive, vec![for_b], now);
        Self { client, server, now, told: [None, None] }
    }

    /// Run for so many ticks; `passes` says which of the datagrams, counted over both ways, arrive.
    fn run(&mut self, ticks: u32, mut passes: impl FnMut(usize) -> bool) -> usize {
        let mut count = 0;
        for _ in 0..ticks {
            self.now += Duration::from_millis(20);
            let mut to_server = Vec::new();
            let mut to_client = Vec::new();
            let told = self.client.tick(self.now, &mut |record| to_server.push(record.to_vec()));
            Self::note(&mut self.told[0], told);
            let told = self.server.tick(self.now, &mut |record| to_client.push(record.to_vec()));
            Self::note(&mut self.told[1], told);
            while !to_server.is_empty() || !to_client.is_empty() {
                for record in std::mem::take(&mut to_server) {
                    count += 1;
                    if passes(count) {
                        let told =
                            self.server.receive(&record, self.now, &mut |out| to_client.push(out.to_vec()));
                        Self::note(&mut self.told[1], told);
                    }
                }
                for record in std::mem::take(&mut to_client) {
                    count += 1;
                    if passes(count) {
                        let told =
                            self.client.receive(&record, self.now, &mut |out| to_server.push(out.to_vec()));
                        Self::note(&mut self.told[0], told);
                    }
                }
            }
        }
        count
    }

    fn note(place: &mut Option<Progress>, told: Progress) {
        if !matches!(told, Progress::Waiting) {
            assert!(place.is_none(), "told twice");
            *place = Some(told);
        }
    }

    fn assert_secured(&self) {
        let [Some(Progress::Secured(client)), Some(Progress::Secured(server))] = &self.told else {
            panic!("no keys");
        };
        assert!(client.ours == server.theirs && client.theirs == server.ours);
        assert!(client.ours != client.theirs);
        assert_eq!(client.ours.suite(), Suite::AeadAes256Gcm);
        assert!(self.client.is_secured() && self.server.is_secured());
    }

    fn failure(&self, end: usize) -> Option<Failure> {
        match self.told[end] {
            Some(Progress::Failed(failure)) => Some(failure),
            _ => None,
        }
    }
}

#[test]
fn two_ends_make_the_same_keys() {
    let mut pair = Pair::new();
    pair.run(10, |_| true);
    pair.assert_secured();
}

#[test]
fn any_one_lost_datagram_is_repeated() {
    let mut whole = Pair::new();
    let count = whole.run(10, |_| true);
    for lost in 1..=count {
        let mut pair = Pair::new();
        pair.run(250, |number| number != lost);
        pair.assert_secured();
    }
}

#[test]
fn another_certificate_than_announced_is_refused_by_either_side() {
    let (a, b) = (identity(1), identity(2));
    let (for_a, for_b) = (b.fingerprint.clone(), a.fingerprint.clone());
    let mut pair = Pair::expecting(a.clone(), b.clone(), for_a, Fingerprint::of(b""));
    pair.run(10, |_| true);
    assert_eq!(pair.failure(1), Some(Failure::Fingerprint));
    let mut pair = Pair::expecting(a, b, Fingerprint::of(b""), for_b);
    pair.run(10, |_| true);
    assert_eq!(pair.failure(0), Some(Failure::Fingerprint));
}

#[test]
fn who_gets_no_answer_gives_up_after_twenty_seconds() {
    let mut pair = Pair::new();
    let sent = pair.run(1010, |_| false);
    assert_eq!(pair.failure(1), Some(Failure::Timeout));
    assert!(pair.failure(0).is_some());
    assert!((5..60).contains(&sent), "{sent} datagrams");
}

#[test]
fn broken_records_do_not_end_a_handshake_nor_what_it_made() {
    let mut pair = Pair::new();
    let mut noise = 7u32;
    let mut broken = move |length: usize| -> Vec<u8> {
        let mut record = vec![22, 0xFE, 0xFD, 0, 0, 0, 0, 0, 0, 0, 0, 0, length as u8];
        record.extend((0..length).map(|_| {
            noise = noise.wrapping_mul(1664525).wrapping_add(1013904223);
            (noise >> 24) as u8
        }));
        record
    };
    for length in 0..60 {
        let told = pair.server.receive(&broken(length), pair.now, &mut |_| ());
        assert!(matches!(told, Progress::Waiting));
    }
    pair.run(100, |_| true);
    pair.assert_secured();
    for length in 0..60 {
        for kind in [20, 21, 22, 23] {
            let mut record = broken(length);
            record[0] = kind;
            let told = pair.server.receive(&record, pair.now, &mut |_| ());
            assert!(matches!(told, Progress::Waiting));
        }
    }
    assert!(pair.server.is_secured());
}

#[test]
fn keys_are_cut_as_rfc_5764_orders_them() {
    let material: Vec<u8> = (0..60).collect();
    let key = |suite, parts: [&[u8]; 2]| MasterKey::new(suite, &parts.concat()).unwrap();
    let keys = cut(&material, Profile::AES128_CM_SHA1_80, Setup::Passive).unwrap();
    assert!(keys.theirs == key(Suite::AesCm128HmacSha1_80, [&material[..16], &material[32..46]]));
    assert!(keys.ours == key(Suite::AesCm128HmacSha1_80, [&material[16..32], &material[46..]]));
    let keys = cut(&material[..56], Profile::AEAD_AES_128_GCM, Setup::Active).unwrap();
    assert!(keys.ours == key(Suite::AeadAes128Gcm, [&material[..16], &material[32..44]]));
    assert!(cut(&[], Profile::AEAD_AES_256_GCM, Setup::Active).is_none());
}
