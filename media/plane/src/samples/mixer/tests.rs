use super::*;

fn room(roles: &[(bool, Option<usize>)]) -> Mixer {
    let mut mixer = Mixer::default();
    mixer.seats(roles.len());
    for (seat, &(talks, aside)) in roles.iter().enumerate() {
        mixer.set(seat, talks, aside, 0);
        mixer.listen(seat, true);
    }
    mixer
}

/// One frame in which each seat says a constant of its own; what each hears, at the frame's end.
fn tick(mixer: &mut Mixer, said: &[i16]) -> Vec<i16> {
    frame(mixer, said).iter().map(|frame| frame[159]).collect()
}

fn frame(mixer: &mut Mixer, said: &[i16]) -> Vec<Vec<i16>> {
    mixer.begin(8000);
    for (seat, &value) in said.iter().enumerate() {
        mixer.speak(seat, &[value; 160]);
    }
    (0..said.len())
        .map(|seat| {
            let mut out = [0; 160];
            mixer.hear(seat, &mut out);
            out.to_vec()
        })
        .collect()
}

const TALKER: (bool, Option<usize>) = (true, None);
const LISTENER: (bool, Option<usize>) = (false, None);

#[test]
fn each_hears_all_but_itself() {
    let mut mixer = room(&[TALKER, TALKER, TALKER]);
    assert_eq!(tick(&mut mixer, &[100, 20, 3]), [23, 103, 120]);
}

#[test]
fn a_listener_is_heard_by_nobody_and_a_whisper_by_one() {
    let mut mixer = room(&[TALKER, TALKER, LISTENER, (false, Some(1))]);
    assert_eq!(tick(&mut mixer, &[100, 20, 3000, 5000]), [20, 5100, 120, 120]);
}

#[test]
fn one_voice_alone_is_heard_as_it_is_and_many_never_wrap() {
    let mut mixer = room(&[TALKER, LISTENER]);
    tick(&mut mixer, &[0, 0]);
    assert_eq!(tick(&mut mixer, &[i16::MIN, 0])[1], i16::MIN);
    let mut mixer = room(&[TALKER; MOST_MEMBERS]);
    tick(&mut mixer, &[0; MOST_MEMBERS]);
    assert!(tick(&mut mixer, &[i16::MAX; MOST_MEMBERS]).iter().all(|&s| s > 32_000));
    assert!(tick(&mut mixer, &[i16::MIN; MOST_MEMBERS]).iter().all(|&s| s < -32_000));
}

#[test]
fn the_limit_bends_and_never_breaks() {
    let mut before = limit(0);
    for sum in 1..200_000 {
        let now = limit(sum);
        assert!((0..=1).contains(&(now - before)) && limit(-sum) == -now);
        before = now;
    }
    assert!(limit(i32::MAX) > 32_700 && limit(i32::MIN) < -32_700);
}

#[test]
fn a_change_of_role_or_gain_is_a_ramp_without_a_click() {
    let mut mixer = room(&[TALKER, LISTENER, LISTENER]);
    let mut heard: Vec<i16> = Vec::new();
    let changes: [(bool, Option<usize>, i16); 8] = [
        (true, None, 0),
        (false, None, 0),
        (false, Some(1), 0),
        (false, Some(2), 0),
        (false, Some(1), 0),
        (true, Some(1), 0),
        (true, None, -600),
        (true, None, 0),
    ];
    for (talks, aside, gain) in changes {
        mixer.set(0, talks, aside, gain);
        for _ in 0..3 {
            heard.extend(&frame(&mut mixer, &[10_000, 0, 0])[1]);
        }
    }
    assert!(heard.windows(2).all(|pair| (pair[1] - pair[0]).abs() <= 130), "a click");
    assert_eq!((heard[470], heard[950], heard[1430]), (10_000, 0, 10_000));
}

#[test]
fn gain_is_in_decibels() {
    let mut mixer = room(&[TALKER, LISTENER]);
    for (gain, heard) in [(60, 1995), (-60, 501), (-200, 100), (0, 1000)] {
        mixer.set(0, true, None, gain);
        tick(&mut mixer, &[1000, 0]);
        assert!((tick(&mut mixer, &[1000, 0])[1] - heard).abs() <= 2);
    }
}

#[test]
fn of_a_secured_voice_only_the_last_sample_fades_and_keys_are_blips() {
    let mut mixer = room(&[TALKER, TALKER]);
    tick(&mut mixer, &[9000, 0]);
    mixer.secure(0, true);
    let cut = frame(&mut mixer, &[-9000, 0]).remove(1);
    assert!(cut.windows(2).all(|pair| (0..=700).contains(&(pair[0] - pair[1]))), "{cut:?}");
    assert!(cut[0] <= 9000 && cut[159] == 0);
    assert_eq!(tick(&mut mixer, &[12_000, 7]), [7, 0]);
    mixer.blip(0);
    let blip = frame(&mut mixer, &[12_000, 7]);
    assert!(blip[1].iter().any(|&s| s > 300) && blip[1].iter().all(|&s| s.abs() <= 700));
    assert!(blip[0].iter().all(|&s| s == 7));
    for _ in 0..3 {
        tick(&mut mixer, &[12_000, 7]);
    }
    mixer.secure(0, false);
    let back = frame(&mut mixer, &[12_000, 7]).remove(1);
    assert!(back[0] < 200 && back[159] == 12_000);
}

#[test]
fn a_secured_whisper_is_cut_as_well_and_its_blips_are_for_nobody() {
    let mut mixer = room(&[(false, Some(1)), LISTENER]);
    assert_eq!(tick(&mut mixer, &[9000, 0])[1], 9000);
    mixer.secure(0, true);
    mixer.blip(0);
    assert!(frame(&mut mixer, &[9000, 0])[1].iter().all(|&s| s == 0));
}

#[test]
fn who_comes_to_the_seat_of_another_has_nothing_of_it() {
    let mut mixer = room(&[TALKER, LISTENER, (false, Some(1))]);
    assert_eq!(tick(&mut mixer, &[100, 0, 7])[1], 107);
    mixer.clear(1);
    mixer.set(1, false, None, 0);
    mixer.listen(1, true);
    assert_eq!(tick(&mut mixer, &[100, 0, 7])[1], 100);
}

#[test]
fn the_mix_is_faded_in_and_out_for_who_begins_and_ceases_to_hear_it() {
    let mut mixer = room(&[TALKER, LISTENER]);
    mixer.listen(1, false);
    tick(&mut mixer, &[8000, 0]);
    assert_eq!(tick(&mut mixer, &[8000, 0])[1], 0);
    mixer.listen(1, true);
    let rising = frame(&mut mixer, &[8000, 0]).remove(1);
    assert!(rising[0] < 100 && rising[159] == 8000 && rising.is_sorted());
}

/// Whatever is said and done in whatever order, nothing of a secured voice reaches anybody.
#[test]
fn thousands_of_changes_never_let_a_secured_voice_be_heard() {
    let mut random = 1u64;
    let mut dice = |sides: u64| {
        random = random.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (random >> 33) % sides
    };
    let mut mixer = Mixer::default();
    mixer.seats(5);
    let mut since = [u32::MAX; 5];
    for step in 0..20_000u32 {
        let (seat, other) = (dice(6) as usize, dice(6) as usize);
        match dice(8) {
            0 => mixer.set(seat, dice(2) == 0, (dice(2) == 0).then_some(other), dice(900) as i16 - 700),
            1 => mixer.clear(seat),
            2 => mixer.listen(seat, dice(4) > 0),
            3 => mixer.blip(seat),
            _ => {}
        }
        // Seat 0 alone speaks loudly, and only while it is secured.
        mixer.secure(0, step / 50 % 2 == 0);
        since[0] = step % 50;
        let loud = if step / 50 % 2 == 0 { 30_000 } else { 0 };
        let said = [loud, 3, -3, 2, -2];
        let heard = frame(&mut mixer, &said);
        assert!(heard.iter().flatten().all(|&s| s.abs() < 800), "step {step}");
    }
}
