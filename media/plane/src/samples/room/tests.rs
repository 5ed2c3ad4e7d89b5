use super::*;
use crate::samples::jitter::Content;

const STREAM: Stream = Stream { hears: Codec::Pcmu, packet_ms: 20, speaks: Codec::Pcmu, secured: false };

/// Members at the places 10, 11 and so on, whose ports have the numbers 0, 1 and so on.
fn room(roles: &[Role]) -> Room {
    let mut room = Room::new(1, false);
    for (port, &role) in roles.iter().enumerate() {
        assert!(room.join(Member::new(10 + port, port as u32, role, 0, STREAM)));
    }
    room
}

/// A tick in which the members in these seats send a packet; whose next packet is to be faded, and how.
fn tick(room: &mut Room, number: u32, speaking: &[usize]) -> Vec<(usize, Fade)> {
    let now_ms = u64::from(number) * 20;
    for &seat in speaking {
        let packet = Incoming {
            ssrc: seat as u32,
            sequence: number as u16,
            timestamp: number * 160,
            marker: false,
            content: Content::Sound(Codec::Pcmu),
            payload: &[0x20; 160],
        };
        room.hear(seat, &packet, now_ms);
    }
    room.mix(now_ms, |_, _, _| ());
    let mut fades = Vec::new();
    room.advance(|place, fade| fades.push((place, fade)));
    for (seat, ..) in room.listeners().collect::<Vec<_>>() {
        room.say(seat, 0);
        while room.payload(seat, &mut [0; 400]).is_some() {}
    }
    fades
}

fn mixed(room: &Room) -> Vec<usize> {
    room.listeners().filter(|each| each.2).map(|each| each.1).collect()
}

#[test]
fn two_of_one_codec_have_each_others_packets_and_nothing_is_mixed() {
    let mut room = room(&[Role::Talker, Role::Talker]);
    assert_eq!((room.goes(0), room.goes(1)), (Goes::To(11), Goes::To(10)));
    assert!(!room.is_mixing() && room.joining().eq([10, 11]));
    room.set_stream(11, Stream { hears: Codec::G722, speaks: Codec::G722, ..STREAM });
    assert!(room.is_mixing());
}

#[test]
fn who_listens_leaves_the_others_as_they_were() {
    let mut room = room(&[Role::Talker, Role::Talker, Role::Listener]);
    let around = Goes::Around { at_once: true };
    assert_eq!((room.goes(0), room.goes(1)), (around, around));
    assert_eq!((mixed(&room), room.goes(2)), (vec![12], Goes::Around { at_once: false }));
    room.leave(12);
    assert_eq!((room.goes(0), room.is_mixing()), (Goes::To(11), false));
}

#[test]
fn a_mix_waits_for_the_ear_and_each_way_fades() {
    let mut room = room(&[Role::Talker, Role::Talker, Role::Listener]);
    room.set_role(12, Role::Talker, 0);
    let mut fades = Vec::new();
    let mut number = 0;
    while mixed(&room).len() < 3 {
        fades.extend(tick(&mut room, number, &[0, 1]));
        number += 1;
        assert!(number < u32::from(PATIENCE));
    }
    assert_eq!(fades, [(10, Fade::Out), (11, Fade::Out)]);
    assert!(number > 2, "nothing is heard of an ear at once");
    room.set_role(12, Role::Listener, 0);
    assert_eq!(tick(&mut room, number, &[0, 1]), []);
    assert_eq!(mixed(&room), [10, 11, 12], "the last frame of the mix");
    assert_eq!(tick(&mut room, number + 1, &[0, 1]), [(10, Fade::In), (11, Fade::In)]);
    assert_eq!(mixed(&room), [12]);
    assert!(room.joining().eq([10, 11]));
}

#[test]
fn a_silent_far_end_is_not_waited_for_long() {
    let mut room = room(&[Role::Talker, Role::Talker]);
    room.set_role(10, Role::Talker, 30);
    let ticks = (0..100).find(|&number| {
        tick(&mut room, number, &[]);
        mixed(&room) == [11]
    });
    assert_eq!(ticks, Some(u32::from(PATIENCE) + 1));
}

#[test]
fn a_secured_voice_is_cut_at_once_and_comes_back_by_a_mix() {
    let mut room = room(&[Role::Talker, Role::Talker]);
    room.set_stream(10, Stream { secured: true, ..STREAM });
    assert_eq!((mixed(&room), room.goes(1)), (vec![11], Goes::To(10)));
    assert_eq!(room.hearers(0).count(), 0);
    room.set_stream(10, STREAM);
    assert_eq!(mixed(&room), [11]);
    tick(&mut room, 0, &[0]);
    assert_eq!(tick(&mut room, 1, &[0]), [(11, Fade::In)]);
    assert_eq!(room.goes(0), Goes::To(11));
}

#[test]
fn keys_are_for_the_partner_alone() {
    let mut room = room(&[Role::Talker, Role::Talker, Role::Listener]);
    assert_eq!(room.partner(0), None, "it has the packets themselves");
    room.set_stream(11, Stream { hears: Codec::G722, ..STREAM });
    for number in 0..20 {
        tick(&mut room, number, &[]);
    }
    assert_eq!((room.partner(0), room.partner(1), room.partner(2)), (Some(11), None, None));
    room.set_role(12, Role::Talker, 0);
    assert_eq!(room.partner(0), None);
}

#[test]
fn a_full_room_takes_nobody_and_a_seat_is_used_again() {
    let mut room = room(&[Role::Talker; MOST_MEMBERS]);
    assert!(!room.join(Member::new(99, 99, Role::Talker, 0, STREAM)));
    room.leave(20);
    assert!(room.join(Member::new(99, 99, Role::Talker, 0, STREAM)) && room.seat_of(99) == Some(10));
    assert_eq!(room.len(), MOST_MEMBERS);
}
