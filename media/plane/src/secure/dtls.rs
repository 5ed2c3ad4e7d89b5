//! DTLS 1.2 and 1.3 that make the keys of SRTP (RFC 5763, RFC 5764): one association of one port.
//!
//! The records are the `dimpl` crate's, which does no I/O; this file holds what is ours: the peer must show the
//! certificate that SDP announced, broken records never end what stands, and an association that fails begins anew.

use std::sync::Arc;
use std::time::{Duration, Instant};

use dimpl::{Config, Dtls, DtlsCertificate, Output, SrtpProfile as Profile};
use zeroize::Zeroizing;

use super::certificate::{self, Fingerprint, Unlucky};
use super::srtp::{Keys, MasterKey, Suite};

/// After which the peer is taken as unable to speak DTLS with us.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often an association may break before its keys are there.
const ATTEMPTS: u8 = 5;
/// The least wait for an answer; doubled with each repetition (RFC 6347 s.4.2.4.1 lets us know the network).
const REPEAT: Duration = Duration::from_millis(250);
const REPEATS: usize = 6;
/// Content type of a record (RFC 6347 s.4.1).
const HANDSHAKE: u8 = 22;
/// A handshake has fewer messages, and none is longer.
const MESSAGES: u16 = 16;
const MESSAGE: usize = 16384;
/// No record of ours is longer.
const RECORDS: usize = 1200;

/// Who we are to all peers of a start: a certificate, and what we speak.
pub struct Identity {
    certificate: DtlsCertificate,
    config: Arc<Config>,
    pub fingerprint: Fingerprint,
}

impl Identity {
    pub fn new(random: &[u8; 32], serial: [u8; 8]) -> Result<Self, Unlucky> {
        let (certificate, private_key) = certificate::make(random, serial)?;
        let config = Config::builder()
            .mtu(RECORDS)
            // Cookies are against hellos from forged addresses; ours come from addresses that ICE has checked.
            .use_server_cookie(false)
            .flight_start_rto(REPEAT)
            .flight_retries(REPEATS)
            .handshake_timeout(PATIENCE)
            .build()
            .map_err(|_| Unlucky)?;
        Ok(Self {
            fingerprint: Fingerprint::of(&certificate),
            certificate: DtlsCertificate { certificate, private_key },
            config: Arc::new(config),
        })
    }
}

/// Who says hello first (`a=setup`, RFC 4145, RFC 8842 s.5).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Setup {
    Active,
    Passive,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The peer's certificate is not the one its SDP announced.
    Fingerprint,
    /// No SRTP protection profile that both know.
    Profile,
    /// It did not come to an end in time.
    Timeout,
    /// Alerts or broken records, again and again.
    Broken,
    /// ICE: nobody has shown for 30 seconds to be our peer.
    Silence,
}

/// Both sides' keys out of what the handshake exports: client's key, server's, client's salt, server's
/// (RFC 5764 s.4.2).
fn cut(material: &[u8], profile: Profile, setup: Setup) -> Option<Keys> {
    let suite = match profile {
        Profile::AES128_CM_SHA1_80 => Suite::AesCm128HmacSha1_80,
        Profile::AEAD_AES_128_GCM => Suite::AeadAes128Gcm,
        Profile::AEAD_AES_256_GCM => Suite::AeadAes256Gcm,
        _ => return None,
    };
    let (keys, salts) = material.split_at_checked(2 * suite.key_length())?;
    let (client_key, server_key) = keys.split_at_checked(suite.key_length())?;
    let (client_salt, server_salt) = salts.split_at_checked(suite.salt_length())?;
    let master = |key, salt| MasterKey::new(suite, &Zeroizing::<Vec<u8>>::new([key, salt].concat()));
    let (client, server) = (master(client_key, client_salt)?, master(server_key, server_salt)?);
    Some(match setup {
        Setup::Active => Keys { ours: client, theirs: server },
        Setup::Passive => Keys { ours: server, theirs: client },
    })
}

/// How far an association has come by a datagram or the passing of time.
pub enum Progress {
    Waiting,
    /// The peer is who it should be, and these are the keys; told once.
    Secured(Keys),
    /// Told once; nothing is sent or heard any more.
    Failed(Failure),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Shaking,
    Secured,
    Failed,
}

pub struct Association {
    identity: Arc<Identity>,
    setup: Setup,
    expected: Vec<Fingerprint>,
    dtls: Option<Box<Dtls>>,
    state: State,
    deadline: Instant,
    due: Instant,
    attempts: u8,
    is_peer: bool,
    connected: bool,
    keys: Option<Keys>,
}

impl Association {
    /// Begin once there is an address to talk to; the active side's hello goes out with the next `tick`.
    pub fn new(identity: Arc<Identity>, setup: Setup, expected: Vec<Fingerprint>, now: Instant) -> Self {
        let mut made = Self {
            identity,
            setup,
            expected,
            dtls: None,
            state: State::Shaking,
            deadline: now + PATIENCE,
            due: now,
            attempts: 0,
            is_peer: false,
            connected: false,
            keys: None,
        };
        made.begin(now);
        made
    }

    fn begin(&mut self, now: Instant) {
        let (config, certificate) = (self.identity.config.clone(), self.identity.certificate.clone());
        let mut dtls = Box::new(Dtls::new_auto(config, certificate, now));
        if self.setup == Setup::Active {
            dtls.set_active(true);
        }
        (self.dtls, self.keys) = (Some(dtls), None);
        (self.is_peer, self.connected) = (false, false);
        self.due = now;
    }

    pub fn is_secured(&self) -> bool {
        self.state == State::Secured
    }

    /// Take a datagram of DTLS from an address that ICE has checked.
    pub fn receive(&mut self, data: &[u8], now: Instant, send: &mut dyn FnMut(&[u8])) -> Progress {
        if !is_plausible(data) {
            return Progress::Waiting;
        }
        self.step(Some(data), now, send)
    }

    /// Repeat what got no answer; once in 20 ms is enough.
    pub fn tick(&mut self, now: Instant, send: &mut dyn FnMut(&[u8])) -> Progress {
        if self.state == State::Shaking && now >= self.deadline {
            return self.fail(Failure::Timeout);
        }
        if now < self.due {
            return Progress::Waiting;
        }
        self.step(None, now, send)
    }

    fn step(&mut self, data: Option<&[u8]>, now: Instant, send: &mut dyn FnMut(&[u8])) -> Progress {
        let Some(dtls) = &mut self.dtls else { return Progress::Waiting };
        let done =
            dtls.handle_timeout(now).and_then(|()| data.map_or(Ok(()), |data| dtls.handle_packet(data)));
        if done.is_err() {
            return self.break_off(now);
        }
        let mut buffer = [0; 2 * RECORDS];
        loop {
            match dtls.poll_output(&mut buffer) {
                Output::Packet(record) => send(record),
                Output::PeerCert(certificate) => {
                    self.is_peer = self.expected.iter().any(|each| each.is_of(certificate));
                    if !self.is_peer && self.state == State::Shaking {
                        return self.fail(Failure::Fingerprint);
                    }
                }
                Output::KeyingMaterial(material, profile) => {
                    self.keys = cut(&material, profile, self.setup);
                }
                Output::Connected => self.connected = true,
                Output::Timeout(due) => {
                    self.due = due;
                    break;
                }
                Output::BufferTooSmall { .. } => break,
                // Nothing is said over it but the handshake; when a phone closes it, signalling will tell.
                _ => {}
            }
        }
        if self.connected && self.state == State::Shaking {
            return self.end();
        }
        Progress::Waiting
    }

    fn end(&mut self) -> Progress {
        match self.keys.take() {
            Some(keys) if self.is_peer => {
                self.state = State::Secured;
                Progress::Secured(keys)
            }
            Some(_) => self.fail(Failure::Fingerprint),
            None => self.fail(Failure::Profile),
        }
    }

    /// Every error of the crate ends its association. Keys that are there stay good without it.
    fn break_off(&mut self, now: Instant) -> Progress {
        self.dtls = None;
        self.attempts += 1;
        match self.state {
            State::Shaking if self.attempts >= ATTEMPTS => self.fail(Failure::Broken),
            State::Shaking => {
                self.begin(now);
                Progress::Waiting
            }
            State::Secured | State::Failed => Progress::Waiting,
        }
    }

    fn fail(&mut self, failure: Failure) -> Progress {
        (self.state, self.dtls, self.keys) = (State::Failed, None, None);
        Progress::Failed(failure)
    }
}

/// Whether a datagram can be of a handshake. Its first messages are neither encrypted nor signed, and one that
/// nobody sent would wait in vain for its turn, until the end of the handshake fails for what is left over.
fn is_plausible(data: &[u8]) -> bool {
    let Some(([HANDSHAKE, _, _, 0, 0, .., high, low], rest)) = data.split_first_chunk::<13>() else {
        return true;
    };
    let record = rest.get(..usize::from(u16::from_be_bytes([*high, *low]))).unwrap_or_default();
    let Some((header, _)) = record.split_first_chunk::<12>() else {
        return false;
    };
    let [kind, l0, l1, l2, s0, s1, o0, o1, o2, f0, f1, f2] = *header;
    let [length, offset, fragment] =
        [[0, l0, l1, l2], [0, o0, o1, o2], [0, f0, f1, f2]].map(|bytes| u32::from_be_bytes(bytes) as usize);
    // The kinds of RFC 5246 s.7.4, RFC 6347 s.4.3.2 and RFC 9147 s.5.2.
    matches!(kind, 1..=4 | 8 | 11..=16 | 20)
        && u16::from_be_bytes([s0, s1]) < MESSAGES
        && offset + fragment <= length
        && length <= MESSAGE
        && header.len() + fragment <= record.len()
}

#[cfg(test)]
mod tests;
