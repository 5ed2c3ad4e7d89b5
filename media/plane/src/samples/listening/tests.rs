use super::*;
use crate::samples::test_voice::voice;

const SECOND: u32 = 50;

/// What is told of a far end that sends that, while our side is or is not talking.
fn told(listener: &mut Listener, sound: &[i16], made: Made, near: bool) -> Vec<Report> {
    let mut reports = Vec::new();
    let moment = Moment { made, near, expected: true };
    for frame in sound.chunks_exact(160) {
        listener.hear(frame, moment, &mut |report| reports.push(report));
    }
    reports
}

fn silence(seconds: usize) -> Vec<i16> {
    vec![0; seconds * 8000]
}

/// A room with nobody in it.
fn room(seconds: usize) -> Vec<i16> {
    let mut state = 1u32;
    let noise = (0..seconds * 8000).map(|_| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 27) as i16 - 16
    });
    noise.collect()
}

#[test]
fn speech_is_told_with_its_length() {
    let mut listener = Listener::new(Wanted { hangover: SECOND, ..Wanted::default() });
    assert_eq!(told(&mut listener, &room(1), Made::Sound, false), []);
    assert_eq!(told(&mut listener, &voice(3), Made::Sound, false), [Report::SpeechStarted]);
    let ended = told(&mut listener, &room(2), Made::Sound, false);
    let [Report::SpeechEnded(frames)] = ended[..] else { panic!("{ended:?}") };
    assert!((130..160).contains(&frames), "{frames}");
}

#[test]
fn shares_add_up_and_talking_over_each_other_is_seen() {
    let mut listener = Listener::new(Wanted::default());
    assert_eq!(told(&mut listener, &voice(2), Made::Sound, false), []);
    told(&mut listener, &voice(2), Made::Sound, true);
    told(&mut listener, &room(2), Made::Sound, true);
    told(&mut listener, &room(2), Made::Sound, false);
    let Shares { far, near, both, none } = listener.shares;
    assert_eq!(far + near + both + none, 8 * 50);
    assert!((80..=100).contains(&far) && (80..=125).contains(&both), "{:?}", listener.shares);
    assert!((75..=100).contains(&near) && (95..=105).contains(&none), "{:?}", listener.shares);
}

#[test]
fn dead_air_is_told_once_for_each_silence_of_both_sides() {
    let mut listener = Listener::new(Wanted { dead_air: 3 * SECOND, ..Wanted::default() });
    assert_eq!(told(&mut listener, &room(5), Made::Sound, true), []);
    assert_eq!(told(&mut listener, &room(9), Made::Sound, false), [Report::DeadAir(150)]);
    assert_eq!(told(&mut listener, &voice(1), Made::Sound, false), []);
    assert_eq!(told(&mut listener, &silence(4), Made::Silence, false), [Report::DeadAir(150)]);
}

#[test]
fn one_way_audio_is_no_packets_while_we_talk_or_a_microphone_that_was_never_on() {
    let wanted = Wanted { one_way: 4 * SECOND, ..Wanted::default() };
    for made in [Made::Silence, Made::Sound] {
        let mut listener = Listener::new(wanted);
        assert_eq!(told(&mut listener, &silence(1), made, false), []);
        assert_eq!(told(&mut listener, &silence(6), made, true), [Report::OneWayAudio(200)]);
    }
    // Who was heard and is muted, or describes a silence, is there; and nobody is missed while we are silent too.
    let mut listener = Listener::new(wanted);
    told(&mut listener, &voice(1), Made::Sound, true);
    assert_eq!(told(&mut listener, &silence(9), Made::Sound, true), []);
    assert_eq!(told(&mut listener, &silence(9), Made::Noise, true), []);
    assert_eq!(told(&mut listener, &silence(9), Made::Silence, false), []);
    assert_eq!(told(&mut listener, &silence(2), Made::Silence, true), [Report::OneWayAudio(550)]);
}

#[test]
fn an_answer_is_guessed_when_that_is_wanted() {
    let mut listener = Listener::new(Wanted { answer: true, ..Wanted::default() });
    let mut greeting = room(1);
    greeting.extend(voice(1));
    greeting.extend(room(2));
    let reports = told(&mut listener, &greeting, Made::Sound, false);
    let [Report::Answer(guess)] = reports[..] else { panic!("{reports:?}") };
    assert_eq!(guess.who, crate::samples::answer::Who::Person);
}

#[test]
fn the_level_is_that_of_the_last_fifth_of_a_second() {
    let mut listener = Listener::new(Wanted::default());
    told(&mut listener, &[3277; 1600], Made::Sound, false);
    let level = listener.level.unwrap();
    assert!((level.rms + 20.0).abs() < 0.1 && (level.peak + 20.0).abs() < 0.1);
}
