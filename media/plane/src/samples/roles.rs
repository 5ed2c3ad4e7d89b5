//! Who hears whom in a room, and which of them need no mixing: whoever hears one voice alone may have its packets.

/// What a member of a room is to the others. All of them hear the talkers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Heard by all.
    Talker,
    /// Heard by nobody.
    Listener,
    /// Heard by one member alone, named by its port.
    Whisperer { towards: u32 },
}

/// What decides whether a voice is heard, and whether its packets may pass as they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Standing {
    pub port: u32,
    pub role: Role,
    /// Tenths of a decibel.
    pub gain: i16,
    /// Nothing it says is heard by anybody.
    pub secured: bool,
}

/// What a member hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Path {
    Nobody,
    /// The packets of the member at this seat, as they come.
    Direct(usize),
    Mixed,
}

impl Standing {
    pub fn is_heard_by(&self, other: &Self) -> bool {
        match self.role {
            _ if self.port == other.port => false,
            Role::Talker => true,
            Role::Listener => false,
            Role::Whisperer { towards } => towards == other.port,
        }
    }
}

/// What `listener` is to hear of those in the room; `passes` tells whether the packets of one suit it.
pub fn path_of(
    listener: &Standing,
    all: impl Iterator<Item = (usize, Standing)>,
    passes: impl Fn(usize) -> bool,
) -> Path {
    let mut heard = all.filter(|(_, speaker)| speaker.is_heard_by(listener));
    match (heard.next(), heard.next()) {
        (None, _) => Path::Nobody,
        (Some((seat, speaker)), None) if speaker.gain == 0 && !speaker.secured && passes(seat) => {
            Path::Direct(seat)
        }
        _ => Path::Mixed,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn member(port: u32, role: Role) -> Standing {
        Standing { port, role, gain: 0, secured: false }
    }

    fn paths(all: &[Standing]) -> Vec<Path> {
        all.iter().map(|each| path_of(each, all.iter().copied().enumerate(), |_| true)).collect()
    }

    #[test]
    fn two_talkers_have_each_others_packets() {
        let all = [member(7, Role::Talker), member(8, Role::Talker)];
        assert_eq!(paths(&all), [Path::Direct(1), Path::Direct(0)]);
        assert_eq!(path_of(&all[0], all.into_iter().enumerate(), |_| false), Path::Mixed);
    }

    #[test]
    fn a_listener_changes_nothing_for_the_two_who_talk() {
        let all = [member(7, Role::Talker), member(8, Role::Talker), member(9, Role::Listener)];
        assert_eq!(paths(&all), [Path::Direct(1), Path::Direct(0), Path::Mixed]);
    }

    #[test]
    fn a_whisper_changes_only_what_its_hearer_hears() {
        let whisperer = member(9, Role::Whisperer { towards: 8 });
        let all = [member(7, Role::Talker), member(8, Role::Talker), whisperer];
        assert_eq!(paths(&all), [Path::Direct(1), Path::Mixed, Path::Mixed]);
    }

    #[test]
    fn a_third_talker_makes_all_mix() {
        let all = [member(7, Role::Talker), member(8, Role::Talker), member(9, Role::Talker)];
        assert_eq!(paths(&all), [Path::Mixed; 3]);
    }

    #[test]
    fn a_voice_made_louder_or_secured_is_never_passed_as_it_is() {
        let louder = Standing { gain: 30, ..member(7, Role::Talker) };
        assert_eq!(paths(&[louder, member(8, Role::Talker)]), [Path::Direct(1), Path::Mixed]);
        let secured = Standing { secured: true, ..member(7, Role::Talker) };
        assert_eq!(paths(&[secured, member(8, Role::Talker)]), [Path::Direct(1), Path::Mixed]);
    }

    #[test]
    fn who_is_alone_hears_nobody() {
        assert_eq!(paths(&[member(7, Role::Talker)]), [Path::Nobody]);
        let whisperer = member(9, Role::Whisperer { towards: 5 });
        assert_eq!(paths(&[member(7, Role::Talker), whisperer]), [Path::Nobody, Path::Direct(0)]);
    }
}
