//! One member of a room: what it hears, what it is to hear instead, and what it needs for both.

use crate::codec::Codec;
use crate::samples::ear::Ear;
use crate::samples::fade::Fade;
use crate::samples::resample::Resampler;
use crate::samples::roles::{Path, Role, Standing};
use crate::samples::voice::Voice;

/// How a port's stream runs, as far as a room must know.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stream {
    /// What is sent to the member, and in packets of how many milliseconds.
    pub hears: Codec,
    pub packet_ms: u32,
    /// What the member sends.
    pub speaks: Codec,
    pub secured: bool,
}

#[derive(Debug)]
pub struct Member {
    /// Its place in the thread's table.
    pub place: usize,
    pub(super) standing: Standing,
    pub(super) stream: Stream,
    pub(super) path: Path,
    pub(super) wanted: Path,
    pub(super) waited: u8,
    /// Its last packet or frame of the present kind fades out.
    pub(super) ending: bool,
    pub(super) ear: Option<Box<Ear>>,
    /// The ear has given sound.
    pub(super) is_heard: bool,
    /// From the rate of the ear to that of the room, and which these are.
    pub(super) suiting: Resampler,
    pub(super) rates: (u32, u32),
    pub(super) voice: Option<Box<Voice>>,
    /// It hears another's packets since a moment ago: its stream has to be joined to theirs.
    pub(super) joins: bool,
}

impl Member {
    pub fn new(place: usize, port: u32, role: Role, gain: i16, stream: Stream) -> Self {
        Self {
            place,
            standing: Standing { port, role, gain, secured: stream.secured },
            stream,
            path: Path::Nobody,
            wanted: Path::Nobody,
            waited: 0,
            ending: false,
            ear: None,
            is_heard: false,
            suiting: Resampler::Same,
            rates: (0, 0),
            voice: None,
            joins: false,
        }
    }

    pub(super) fn turn(&mut self) {
        self.path = self.wanted;
        self.ending = false;
        self.joins = matches!(self.path, Path::Direct(_));
    }

    pub(super) fn mixes(&self) -> bool {
        self.path == Path::Mixed || self.wanted == Path::Mixed
    }

    /// Whether its encoder already follows what it is to hear: a codec with a memory must not begin from nothing.
    pub(super) fn prepares(&self) -> bool {
        self.path != Path::Mixed && self.wanted == Path::Mixed && !Fade::suits(self.stream.hears)
    }

    /// One step from what it hears to what it is to hear: first what it hears ends, then the other begins.
    pub(super) fn step(&mut self, may_begin: bool, fade: &mut impl FnMut(usize, Fade)) -> bool {
        match (self.path == self.wanted, self.ending) {
            // It was to end, and now goes on.
            (true, _) => self.ending = false,
            (false, false) if may_begin => {
                self.ending = true;
                if self.path != Path::Mixed {
                    fade(self.place, Fade::Out);
                }
            }
            (false, false) => return false,
            (false, true) => {
                self.turn();
                if self.joins {
                    fade(self.place, Fade::In);
                }
            }
        }
        true
    }
}
