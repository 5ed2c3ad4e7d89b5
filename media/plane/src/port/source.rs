//! Who may be heard: symmetric RTP (RFC 4961) that no stray packet can turn away.
//!
//! After signalling the first packet from the negotiated address fixes the one source. It changes only by
//! signalling, or when the source has been silent and another one that is allowed sends a run of packets. Just after
//! signalling the very address and port it named need not wait for that silence: a packet that was still on its way
//! from where the peer was before must not keep the peer out.

use std::net::{IpAddr, SocketAddr, UdpSocket};

use crate::command::Connection;
use crate::io::clock::TICKS_PER_SECOND;
use crate::io::socket;

/// A source silent for so long may be followed to where it moved.
const MOVE_AFTER: u32 = 2 * TICKS_PER_SECOND;
/// Packets in a row that a new place has to send: one alone is a stray.
const RUN: u8 = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The one source.
    Peer,
    /// Nobody has been heard yet, and this one may be the source.
    First,
    /// Allowed, now that the source is silent; it has to send a run first.
    Candidate,
    Stranger,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    source: SocketAddr,
    ssrc: u32,
    sequence: u16,
    length: u8,
}

#[derive(Debug, Default)]
pub struct Source {
    latched: Option<SocketAddr>,
    /// The source before the last change of the stream; sent to until the source shows again.
    known: Option<SocketAddr>,
    /// The kernel lets nobody else through, and what it had let through before is drained.
    exclusive: bool,
    tied: bool,
    run: Option<Run>,
    /// When the source was fixed.
    since: u32,
    /// ICE says who the peer is.
    is_led: bool,
}

impl Source {
    /// The stream was changed by signalling. With `moved` the negotiated address is another than before.
    pub fn renew(&mut self, socket: &UdpSocket, moved: bool) {
        let peer = self.peer();
        self.untie(socket);
        self.latched = None;
        self.known = if moved { None } else { peer };
        self.is_led = false;
    }

    /// The peer is there, and nothing but another word may change it; None: nowhere yet.
    pub fn lead(&mut self, peer: Option<SocketAddr>, socket: &UdpSocket) {
        self.untie(socket);
        (self.latched, self.known, self.is_led) = (peer, None, true);
    }

    fn untie(&mut self, socket: &UdpSocket) {
        if self.tied {
            socket::disconnect(socket);
        }
        self.tied = false;
        self.exclusive = false;
        self.run = None;
    }

    /// Where the peer really is, which may differ from what its SDP says.
    pub fn peer(&self) -> Option<SocketAddr> {
        self.latched.or(self.known)
    }

    pub fn is_latched(&self) -> bool {
        self.latched.is_some()
    }

    pub fn is_tied(&self) -> bool {
        self.tied
    }

    pub fn is_exclusive(&self) -> bool {
        self.exclusive
    }

    /// The queue was found empty after the kernel began to keep strangers out.
    pub fn drained(&mut self, tied_before: bool) {
        self.exclusive |= tied_before && self.tied;
    }

    /// Nothing has come for so many ticks: others may be looked at.
    pub fn silent(&mut self, ticks: u32, socket: &UdpSocket) {
        if self.tied && ticks > MOVE_AFTER {
            self.untie(socket);
        }
    }

    /// What a datagram's source is to us; None is what the kernel let through on a tied socket.
    pub fn standing(
        &self,
        source: Option<SocketAddr>,
        connection: &Connection,
        silent: u32,
        tick: u32,
    ) -> Standing {
        let Some(source) = source else { return Standing::Peer };
        match self.latched {
            Some(latched) if source == latched => Standing::Peer,
            Some(latched) => {
                let allowed = source.ip() == latched.ip() || is_allowed(source.ip(), connection);
                let is_named = source == connection.remote && !self.is_settled(tick);
                if is_named || silent > MOVE_AFTER && allowed {
                    Standing::Candidate
                } else {
                    Standing::Stranger
                }
            }
            None => {
                let same = self.known.is_some_and(|known| source.ip() == known.ip());
                let allowed = self.known.is_none() && is_allowed(source.ip(), connection);
                if same || allowed {
                    Standing::First
                } else {
                    Standing::Stranger
                }
            }
        }
    }

    /// Count a candidate's packet; true when its run is long enough.
    pub fn runs(&mut self, source: SocketAddr, ssrc: u32, sequence: u16) -> bool {
        let length = match self.run {
            Some(run)
                if run.source == source && run.ssrc == ssrc && run.sequence.wrapping_add(1) == sequence =>
            {
                run.length.saturating_add(1)
            }
            _ => 1,
        };
        self.run = Some(Run { source, ssrc, sequence, length });
        length >= RUN
    }

    /// From now on this source and no other; our packets go to it.
    pub fn latch(&mut self, source: SocketAddr, connection: &Connection, tick: u32, socket: &UdpSocket) {
        self.untie(socket);
        (self.latched, self.since) = (Some(source), tick);
        self.tie(connection, tick, socket);
    }

    /// Tied by the kernel too: cheaper both ways, and a stranger finds the port closed.
    pub fn tie(&mut self, connection: &Connection, tick: u32, socket: &UdpSocket) {
        if let (Some(latched), false) = (self.latched, self.tied || self.is_led) {
            if latched == connection.remote || self.is_settled(tick) {
                self.tied = socket.connect(latched).is_ok();
            }
        }
    }

    /// Whether the source has stood long enough that nobody else is expected.
    fn is_settled(&self, tick: u32) -> bool {
        (tick.wrapping_sub(self.since) as i32) > MOVE_AFTER as i32
    }
}

fn is_allowed(ip: IpAddr, connection: &Connection) -> bool {
    connection.symmetric || ip == connection.remote.ip() || connection.also == Some(ip)
}
