//! SRTP and SRTCP (RFC 3711, RFC 7714): one port's session, our packets protected and its peer's checked.
//!
//! In place and without allocation. No MKI (signalling refuses one), no key derivation rate, reports always
//! encrypted: what arrives otherwise is refused. The session keys follow from the master keys of RFC 4568 or DTLS.

mod cipher;
mod head;
mod index;
mod key_derivation;
mod master;
mod receiver;
mod sender;
mod streams;
#[cfg(test)]
mod tests;
#[cfg(test)]
mod vectors;

pub use master::{MasterKey, Suite};

use receiver::Receiver;
use sender::Sender;

/// What protection adds at most: a tag of 16 octets, and the index of a report.
pub const GROWTH: usize = 20;
/// Packets still taken under the keys before: the peer goes on with them until it has our answer.
const GRACE: u8 = 100;

/// Why a packet was neither sent nor heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// No RTP or RTCP, or too short to hold a tag.
    Malformed,
    /// Not from one who has the key, or changed on its way.
    Unauthentic,
    /// Its index was used before, or is so old that nobody can tell.
    Replayed,
    /// A report that is not encrypted, which nobody agreed to.
    Clear,
    /// 2^48 packets or 2^31 reports: the key must not be used again (RFC 3711 s.9.2).
    Exhausted,
    /// The buffer has no room for what protection adds.
    NoRoom,
    /// Keys are not agreed yet.
    NoKey,
}

/// What signalling or DTLS has agreed: our key and the peer's.
#[derive(Clone, Debug, PartialEq)]
pub struct Keys {
    pub ours: MasterKey,
    pub theirs: MasterKey,
}

/// Both directions of one port, each with a key of its own.
pub struct Srtp {
    keys: Keys,
    sender: Sender,
    receiver: Receiver,
    previous: Option<(Box<Receiver>, u8)>,
}

impl Srtp {
    pub fn new(keys: &Keys) -> Self {
        let (sender, receiver) = (Sender::new(&keys.ours), Receiver::new(&keys.theirs));
        Self { keys: keys.clone(), sender, receiver, previous: None }
    }

    /// Take other keys; a direction whose key stays goes on with its counters. True when our stream needs a new
    /// SSRC: peers differ in whether a counter that had wrapped survives a new key (RFC 3711 s.3.3.1).
    pub fn change(&mut self, keys: &Keys) -> bool {
        let ours_changed = keys.ours != self.keys.ours;
        let wrapped = ours_changed && self.sender.has_wrapped();
        if ours_changed {
            self.sender = Sender::new(&keys.ours);
        }
        if keys.theirs != self.keys.theirs {
            let before = std::mem::replace(&mut self.receiver, Receiver::new(&keys.theirs));
            self.receiver.follow(&before);
            self.previous = Some((Box::new(before), GRACE));
        }
        self.keys = keys.clone();
        wrapped
    }

    /// Protect the RTP packet in the first `length` octets; returns how long it is now.
    pub fn protect(&mut self, packet: &mut [u8], length: usize) -> Result<usize, Refused> {
        self.sender.protect(packet, length)
    }

    /// Check and decrypt an SRTP packet; returns how long the RTP packet is. One that is refused is left as it came.
    pub fn unprotect(&mut self, packet: &mut [u8]) -> Result<usize, Refused> {
        let outcome = self.receiver.unprotect(packet);
        if self.previous.is_none() {
            return outcome;
        }
        self.try_previous(outcome, |receiver| receiver.unprotect(packet))
    }

    /// The same for a compound RTCP packet.
    pub fn protect_report(&mut self, packet: &mut [u8], length: usize) -> Result<usize, Refused> {
        self.sender.protect_report(packet, length)
    }

    pub fn unprotect_report(&mut self, packet: &mut [u8]) -> Result<usize, Refused> {
        let outcome = self.receiver.unprotect_report(packet);
        if self.previous.is_none() {
            return outcome;
        }
        self.try_previous(outcome, |receiver| receiver.unprotect_report(packet))
    }

    #[cold]
    fn try_previous(
        &mut self,
        outcome: Result<usize, Refused>,
        again: impl FnOnce(&mut Receiver) -> Result<usize, Refused>,
    ) -> Result<usize, Refused> {
        match (outcome, &mut self.previous) {
            (Err(Refused::Unauthentic), Some((receiver, left))) if *left > 0 => {
                let outcome = again(receiver);
                *left -= u8::from(outcome.is_ok());
                outcome
            }
            (Err(refused), _) => Err(refused),
            (Ok(length), _) => {
                self.previous = None;
                Ok(length)
            }
        }
    }
}

impl std::fmt::Debug for Srtp {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Srtp").field("keys", &self.keys).finish_non_exhaustive()
    }
}
