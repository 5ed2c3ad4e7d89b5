//! A port whose keys are agreed on its own way: checks, handshakes, and what comes of them.

use std::io;
use std::net::SocketAddr;
use std::time::Instant;

use super::{Lane, Port};
use crate::command::Security;
use crate::event::Event;
use crate::io::socket;
use crate::rtp::relay::Relay;
use crate::secure::dtls::Progress;
use crate::secure::gate::{Gate, Moment, Sort};
use crate::secure::shield::Shield;

impl Port {
    /// What protects the stream from now on. True when ours must go on under another SSRC.
    pub(super) fn secure(&mut self, security: Security, remote: SocketAddr, tick: u32) -> bool {
        let terms = match security {
            Security::Terms(terms) => *terms,
            Security::Keys(keys) => {
                self.gate = None;
                return self.shield.renew(Some(&keys));
            }
            Security::Plain => {
                self.gate = None;
                return self.shield.renew(None);
            }
        };
        let stands = match &mut self.gate {
            Some(gate) => !gate.renew(terms, remote, tick),
            None => {
                self.gate = Some(Box::new(Gate::new(terms, remote, tick)));
                false
            }
        };
        if !stands {
            self.shield = Shield::Closed;
        }
        self.follow_gate();
        false
    }

    /// Whether anything may leave: there is a peer that has shown itself, and keys.
    pub(super) fn is_open(&self) -> bool {
        self.gate.as_ref().is_none_or(|gate| gate.target().is_some() && self.shield.has_keys())
    }

    /// Take what comes to a gate; true when it is RTP or RTCP of somebody who may be heard.
    pub(super) fn passes_gate(&mut self, data: &[u8], source: Option<SocketAddr>, lane: &mut Lane) -> bool {
        let (Some(gate), Some(source)) = (&mut self.gate, source) else { return false };
        let sort = Sort::of(data);
        let socket = &self.socket;
        let mut send = |bytes: &[u8], to: SocketAddr| drop(socket.send_to(bytes, to));
        let admitted = match sort {
            Sort::Stun => gate.hear_check(data, source, lane.tick, &mut send),
            _ => gate.admits(source, lane.tick),
        };
        if !admitted {
            self.counters.strangers.add(1);
            return false;
        }
        match sort {
            Sort::Stun => self.follow_gate(),
            Sort::Dtls => {
                let moment = Moment { tick: lane.tick, now: Instant::now() };
                let progress = gate.hear_records(data, source, moment, &mut send);
                self.progress(progress, lane);
            }
            Sort::Rtp => return true,
            Sort::Unknown => self.counters.bad.add(1),
        }
        false
    }

    /// A gate's work every 20 ms.
    pub(super) fn tick_gate(&mut self, lane: &mut Lane) {
        let Some(gate) = &mut self.gate else { return };
        let moment = Moment { tick: lane.tick, now: Instant::now() };
        let socket = &self.socket;
        let progress = gate.tick(moment, &mut |bytes, to| drop(socket.send_to(bytes, to)));
        self.progress(progress, lane);
    }

    /// The kernel ties no socket whose peer may come from elsewhere at any time.
    fn follow_gate(&mut self) {
        let target = self.gate.as_ref().and_then(|gate| gate.target());
        self.source.lead(target, &self.socket);
    }

    fn progress(&mut self, progress: Progress, lane: &mut Lane) {
        match progress {
            Progress::Waiting => {}
            Progress::Secured(keys) => {
                if self.shield.renew(Some(&keys)) {
                    self.out.restart(socket::random(), lane.beat);
                    self.relay = Relay::default();
                }
                self.heard_tick = lane.tick;
                lane.events.send(Event::MediaSecured { port: self.id, suite: keys.ours.suite() });
            }
            Progress::Failed(failure) => {
                lane.events.send(Event::MediaFailed { port: self.id, failure });
            }
        }
    }

    /// Where a packet goes; an error while ICE has not said it.
    pub(super) fn target(&self, remote: SocketAddr) -> io::Result<SocketAddr> {
        match (&self.gate, self.source.peer()) {
            (None, peer) => Ok(peer.unwrap_or(remote)),
            (Some(gate), _) => gate.target().ok_or_else(|| io::ErrorKind::NotConnected.into()),
        }
    }
}
