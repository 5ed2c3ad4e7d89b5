//! An ICE-lite agent (RFC 8445 s.2.5, s.7.3, s.8.2) for the one component of one stream.
//!
//! It never asks, it answers: the other side is a full agent, controls, and checks the one address that a port
//! has. A source counts once it has shown that it knows our password; the one it nominates is sent to.

use std::fmt;
use std::net::SocketAddr;

use zeroize::{Zeroize, ZeroizeOnDrop};

use super::stun::answer::{Answer, Refusal};
use super::stun::{Key, Message, Role, BINDING_REQUEST};
use crate::io::clock::TICKS_PER_SECOND;

/// What the other side must show again and again (RFC 7675 s.5.1), or it is taken as gone.
pub const CONSENT_TICKS: u32 = 30 * TICKS_PER_SECOND;

/// 48 random bits; 24 are the least (RFC 8445 s.5.3).
const FRAGMENT: usize = 8;
/// 144 random bits; 128 are the least.
const PASSWORD: usize = 24;
/// Random bytes that credentials are made of.
pub const RANDOM: usize = FRAGMENT + PASSWORD;
/// Addresses of one phone that may be checked at a time.
const PATHS: usize = 8;
/// Refusals that a port sends in a second, whoever asks.
const REFUSALS: u8 = 5;
const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Our user name fragment and password of one ICE session, as they stand in SDP.
#[derive(Clone, Zeroize, ZeroizeOnDrop)]
pub struct Credentials {
    fragment: [u8; FRAGMENT],
    password: [u8; PASSWORD],
}

impl Credentials {
    /// Made of so many random bytes.
    pub fn new(random: [u8; RANDOM]) -> Self {
        let mut made = Self { fragment: [0; FRAGMENT], password: [0; PASSWORD] };
        for (place, byte) in made.fragment.iter_mut().chain(&mut made.password).zip(random) {
            *place = ALPHABET[usize::from(byte & 63)];
        }
        made
    }

    /// What `new` made, come back from signalling; None for anything else.
    pub fn read(fragment: &str, password: &str) -> Option<Self> {
        let fragment = fragment.as_bytes().try_into().ok()?;
        let password = password.as_bytes().try_into().ok()?;
        Some(Self { fragment, password })
    }

    pub fn fragment(&self) -> &str {
        std::str::from_utf8(&self.fragment).unwrap_or_default()
    }

    pub fn password(&self) -> &str {
        std::str::from_utf8(&self.password).unwrap_or_default()
    }
}

impl fmt::Debug for Credentials {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        write!(out, "Credentials({})", self.fragment())
    }
}

/// What a datagram of STUN led to.
pub enum Check {
    Ignored,
    /// From somebody who does not know the password, or asks what we cannot do.
    Refused(Answer),
    Answered {
        answer: Answer,
        /// Packets go to another address than before.
        moved: bool,
    },
}

/// The credentials of one ICE session.
struct Session {
    /// What its checks call themselves: our fragment, a colon, the peer's (RFC 8445 s.7.2.2).
    name: Box<[u8]>,
    key: Key,
}

impl Session {
    fn new(credentials: &Credentials, peer: &str) -> Self {
        let name = [credentials.fragment(), ":", peer].concat();
        Self { name: name.into_bytes().into(), key: Key::new(credentials.password().as_bytes()) }
    }

    fn admits(&self, message: &Message) -> bool {
        message.username == Some(&*self.name) && message.is_signed_with(&self.key)
    }

    fn is_of(&self, credentials: &Credentials) -> bool {
        self.name.starts_with(credentials.fragment().as_bytes())
    }
}

#[derive(Clone, Copy)]
struct Path {
    address: SocketAddr,
    tick: u32,
}

pub struct Agent {
    session: Session,
    /// The session before a restart: answered, so that consent lasts until the new one has a pair (RFC 8445 s.9).
    former: Option<Session>,
    paths: [Option<Path>; PATHS],
    selected: Option<SocketAddr>,
    heard_tick: u32,
    refusals_tick: u32,
    refusals: u8,
}

impl Agent {
    /// `peer` is the other side's fragment. The 30 seconds that it has run from now.
    pub fn new(credentials: &Credentials, peer: &str, tick: u32) -> Self {
        Self {
            session: Session::new(credentials, peer),
            former: None,
            paths: [None; PATHS],
            selected: None,
            heard_tick: tick,
            refusals_tick: tick,
            refusals: 0,
        }
    }

    /// The stream was agreed anew. Other credentials are a restart: packets go on as they went until the peer
    /// nominates again. The same with another peer are another phone that took our offer, and all is forgotten;
    /// true then.
    pub fn renew(&mut self, credentials: &Credentials, peer: &str, tick: u32) -> bool {
        let session = Session::new(credentials, peer);
        if session.name == self.session.name {
            return false;
        }
        if self.session.is_of(credentials) {
            *self = Self::new(credentials, peer, tick);
            return true;
        }
        self.former = Some(std::mem::replace(&mut self.session, session));
        self.heard_tick = tick;
        false
    }

    /// Where packets go.
    pub fn selected(&self) -> Option<SocketAddr> {
        self.selected
    }

    /// Where a handshake goes: it may begin before the nomination, from a checked address all the same.
    pub fn contact(&self) -> Option<SocketAddr> {
        self.selected.or_else(|| self.paths.iter().flatten().next().map(|path| path.address))
    }

    /// Whether this source has shown lately that it is our peer.
    pub fn has_checked(&self, source: SocketAddr, tick: u32) -> bool {
        let fresh = |path: &Path| path.address == source && tick.wrapping_sub(path.tick) <= CONSENT_TICKS;
        self.selected == Some(source) || self.paths.iter().flatten().any(fresh)
    }

    /// A packet came that only our peer can have made.
    pub fn heard(&mut self, tick: u32) {
        self.heard_tick = tick;
    }

    /// Whether the peer has shown no life for 30 seconds.
    pub fn is_lost(&self, tick: u32) -> bool {
        tick.wrapping_sub(self.heard_tick) as i32 > CONSENT_TICKS as i32
    }

    /// Take a datagram of STUN from anybody.
    pub fn receive(&mut self, data: &[u8], source: SocketAddr, tick: u32) -> Check {
        let Ok(message) = Message::parse(data) else {
            return Check::Ignored;
        };
        // ICE always has a fingerprint (RFC 8445 s.7.1); what has none was not meant for us.
        if message.kind != BINDING_REQUEST || !message.has_fingerprint {
            return Check::Ignored;
        }
        if message.username.is_none() || !message.has_integrity() {
            return self.refuse_stranger(&message, Refusal::BadRequest, tick);
        }
        if self.session.admits(&message) {
            return self.answer(&message, source, tick);
        }
        match &self.former {
            Some(former) if former.admits(&message) => {
                let answer = Answer::success(message.transaction, source, &former.key);
                self.heard_tick = tick;
                Check::Answered { answer, moved: false }
            }
            _ => self.refuse_stranger(&message, Refusal::Unauthenticated, tick),
        }
    }

    fn answer(&mut self, message: &Message, source: SocketAddr, tick: u32) -> Check {
        let key = &self.session.key;
        let refusal = match message.role {
            _ if !message.unknown().is_empty() => Some(Refusal::UnknownAttribute),
            // A lite agent cannot control where the other can, so the other must change (RFC 8445 s.7.3.1.1).
            Some(Role::Controlled) => Some(Refusal::RoleConflict),
            _ => None,
        };
        if let Some(refusal) = refusal {
            let answer = Answer::refusal(message.transaction, refusal, message.unknown(), Some(key));
            return Check::Refused(answer);
        }
        let answer = Answer::success(message.transaction, source, key);
        self.heard_tick = tick;
        self.note(source, tick);
        let moved = message.use_candidate && self.selected != Some(source);
        if message.use_candidate {
            self.selected = Some(source);
            self.former = None;
        }
        Check::Answered { answer, moved }
    }

    /// No answer to a stranger is longer than what was asked, and few are given: nobody can use us as an amplifier.
    fn refuse_stranger(&mut self, message: &Message, refusal: Refusal, tick: u32) -> Check {
        if tick.wrapping_sub(self.refusals_tick) >= TICKS_PER_SECOND {
            (self.refusals_tick, self.refusals) = (tick, 0);
        }
        let answer = Answer::refusal(message.transaction, refusal, &[], None);
        if self.refusals >= REFUSALS || answer.bytes().len() > message.size() {
            return Check::Ignored;
        }
        self.refusals += 1;
        Check::Refused(answer)
    }

    /// Keep a checked address, in the place of the one checked longest ago when there are too many.
    fn note(&mut self, address: SocketAddr, tick: u32) {
        let age = |path: &Option<Path>| match path {
            Some(path) if path.address == address => u32::MAX,
            None => u32::MAX - 1,
            Some(path) => tick.wrapping_sub(path.tick).min(u32::MAX - 2),
        };
        if let Some(place) = self.paths.iter_mut().max_by_key(|path| age(path)) {
            *place = Some(Path { address, tick });
        }
    }
}

#[cfg(test)]
mod tests;
