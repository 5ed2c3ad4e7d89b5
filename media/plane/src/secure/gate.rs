//! The gate of a port whose keys are agreed on its own way (RFC 5763): ICE says who may knock, DTLS who it is.
//!
//! It owns no socket: what it has to send goes to a function with the address. First octets tell STUN, DTLS and
//! RTP apart (RFC 7983).

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Instant;

use super::certificate::Fingerprint;
use super::dtls::{Association, Failure, Identity, Progress, Setup};
use super::ice::{Agent, Check, Credentials};

/// What signalling agreed.
pub struct Terms {
    pub identity: Arc<Identity>,
    pub setup: Setup,
    /// The peer's certificate has one of these.
    pub fingerprints: Vec<Fingerprint>,
    /// Our credentials and the peer's fragment; without ICE the negotiated address is the only one.
    pub ice: Option<(Credentials, Box<str>)>,
}

/// What a datagram is, by its first octet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    Stun,
    Dtls,
    Rtp,
    Unknown,
}

impl Sort {
    pub fn of(data: &[u8]) -> Self {
        match data.first() {
            Some(0..=3) => Self::Stun,
            Some(20..=63) => Self::Dtls,
            Some(128..=191) => Self::Rtp,
            _ => Self::Unknown,
        }
    }
}

/// When something comes: the running tick, and the clock that handshakes repeat by.
#[derive(Clone, Copy)]
pub struct Moment {
    pub tick: u32,
    pub now: Instant,
}

pub type Send<'a> = &'a mut dyn FnMut(&[u8], SocketAddr);

pub struct Gate {
    terms: Terms,
    remote: SocketAddr,
    agent: Option<Agent>,
    association: Option<Association>,
    over: bool,
}

impl Gate {
    pub fn new(terms: Terms, remote: SocketAddr, tick: u32) -> Self {
        let agent = terms.ice.as_ref().map(|(ours, theirs)| Agent::new(ours, theirs, tick));
        Self { terms, remote, agent, association: None, over: false }
    }

    /// The stream was agreed anew: the same peer goes on with its keys (RFC 8842 s.5.5), another begins anew.
    /// True when the keys so far are nobody's any more.
    pub fn renew(&mut self, terms: Terms, remote: SocketAddr, tick: u32) -> bool {
        let other = match (&mut self.agent, &terms.ice) {
            (Some(agent), Some((ours, theirs))) => agent.renew(ours, theirs, tick),
            (None, None) => false,
            _ => {
                *self = Self::new(terms, remote, tick);
                return true;
            }
        };
        let same = terms.fingerprints == self.terms.fingerprints && terms.setup == self.terms.setup;
        if other || !same || self.over {
            self.association = None;
        }
        (self.terms, self.remote, self.over) = (terms, remote, false);
        other
    }

    /// Whether this source may be heard at all.
    pub fn admits(&self, source: SocketAddr, tick: u32) -> bool {
        match &self.agent {
            Some(agent) => agent.has_checked(source, tick),
            None => source == self.remote,
        }
    }

    /// Where our packets go; None while the peer has not chosen.
    pub fn target(&self) -> Option<SocketAddr> {
        match &self.agent {
            Some(agent) => agent.selected(),
            None => Some(self.remote),
        }
    }

    /// A genuine packet of the peer came.
    pub fn heard(&mut self, tick: u32) {
        if let Some(agent) = &mut self.agent {
            agent.heard(tick);
        }
    }

    /// Take a check from anybody; true when it was answered.
    pub fn hear_check(&mut self, data: &[u8], source: SocketAddr, tick: u32, send: Send) -> bool {
        let Some(agent) = &mut self.agent else { return false };
        match agent.receive(data, source, tick) {
            Check::Ignored => false,
            Check::Refused(answer) => {
                send(answer.bytes(), source);
                false
            }
            Check::Answered { answer, .. } => {
                send(answer.bytes(), source);
                true
            }
        }
    }

    /// Take records from a source that is admitted.
    pub fn hear_records(&mut self, data: &[u8], source: SocketAddr, moment: Moment, send: Send) -> Progress {
        if self.over || !self.admits(source, moment.tick) {
            return Progress::Waiting;
        }
        let target = self.target().unwrap_or(source);
        let association = self.association.get_or_insert_with(|| begin(&self.terms, moment.now));
        let progress = association.receive(data, moment.now, &mut |record| send(record, target));
        self.note(progress)
    }

    /// Every 20 ms: begin when there is somebody to talk to, repeat what got lost, notice who is gone.
    pub fn tick(&mut self, moment: Moment, send: Send) -> Progress {
        if self.over {
            return Progress::Waiting;
        }
        if self.agent.as_ref().is_some_and(|agent| agent.is_lost(moment.tick)) {
            return self.note(Progress::Failed(Failure::Silence));
        }
        let contact = self.agent.as_ref().map_or(Some(self.remote), Agent::contact);
        let Some(contact) = contact else { return Progress::Waiting };
        let association = self.association.get_or_insert_with(|| begin(&self.terms, moment.now));
        let progress = association.tick(moment.now, &mut |record| send(record, contact));
        self.note(progress)
    }

    fn note(&mut self, progress: Progress) -> Progress {
        self.over |= matches!(progress, Progress::Failed(_));
        progress
    }
}

fn begin(terms: &Terms, now: Instant) -> Association {
    Association::new(terms.identity.clone(), terms.setup, terms.fingerprints.clone(), now)
}

#[cfg(test)]
mod tests;
