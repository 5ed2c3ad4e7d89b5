//! What a port plays, and what is told of it.

use super::{Lane, Port};
use crate::codec::Codec;
use crate::command::Connection;
use crate::event::Event;
use crate::io::clock::{SLOTS_PER_SECOND, SLOTS_PER_TICK};
use crate::player::{Playback, Player, Shape};
use crate::rtp;

impl Port {
    /// Play instead of what plays, or over it.
    pub fn play(&mut self, playback: Playback, over: bool, lane: &mut Lane) {
        match self.player.as_mut().filter(|_| over) {
            Some(player) => {
                let replaced = player.lay_over(playback);
                self.tell_finished(replaced, false, lane);
            }
            None => {
                self.stop(None, lane);
                self.player = Some(Player::new(playback, self.shape()));
            }
        }
    }

    /// End a playback, or all of them.
    pub fn stop(&mut self, playback: Option<u32>, lane: &mut Lane) {
        match playback {
            Some(id) => {
                let ended = self.player.as_mut().and_then(|player| player.take(id));
                self.tell_finished(ended, false, lane);
            }
            None => {
                while let Some(ended) = self.player.as_mut().and_then(|player| player.take_over(true)) {
                    self.tell_finished(Some(ended), false, lane);
                }
            }
        }
        self.make_way();
    }

    pub fn pause(&mut self, on: bool) {
        self.change_playback(|player| player.pause(on));
        self.out.interrupt();
    }

    pub fn change_playback(&mut self, change: impl FnOnce(&mut Player)) {
        if let Some(player) = &mut self.player {
            change(player);
        }
    }

    /// The stream's codec or packet time may have changed.
    pub(super) fn reshape(&mut self) {
        let shape = self.shape();
        self.change_playback(|player| player.reshape(shape));
    }

    fn shape(&self) -> Shape {
        self.connection.as_ref().map_or(Shape { codec: Codec::Pcmu, ptime_ms: 20 }, shape_of)
    }

    /// The packet that is due.
    pub(super) fn tick_player(&mut self, connection: &Connection, lane: &mut Lane) {
        let Some(player) = &mut self.player else { return };
        let payload = if player.rests() { None } else { player.next(lane.scratch) };
        if let (Some(payload), true) = (payload, connection.sending) {
            let timestamp = self.out.timestamp_at(lane.beat);
            let header = self.out.next(connection.sends.payload_type, timestamp);
            let length = rtp::write(&mut lane.out[..], header, self.out.ssrc, payload);
            self.transmit(lane.out, length, connection);
        }
        while let Some(ended) = self.player.as_mut().and_then(|player| player.take_over(false)) {
            self.tell_finished(Some(ended), true, lane);
        }
        self.make_way();
    }

    /// A player with nothing left makes way for whoever is heard otherwise.
    fn make_way(&mut self) {
        if self.player.take_if(|player| player.is_empty()).is_some() {
            self.out.interrupt();
            self.relay.desync();
        }
    }

    fn tell_finished(&mut self, playback: Option<Playback>, completed: bool, lane: &mut Lane) {
        if let Some(playback) = playback {
            lane.events.send(Event::PlaybackFinished { port: self.id, playback: playback.id, completed });
        }
    }
}

fn shape_of(connection: &Connection) -> Shape {
    let ptime_ms = connection.period * (1000 / SLOTS_PER_SECOND);
    Shape {
        codec: connection.sends.codec,
        ptime_ms: ptime_ms.max(1000 / SLOTS_PER_SECOND * SLOTS_PER_TICK / 2),
    }
}
