use super::*;
use crate::codec::g711::Law;

const RATE: u32 = 8000;

fn packet(ssrc: u32, timestamp: u32, level: i16) -> Packet {
    Packet { at: 0, ssrc, timestamp, codec: Codec::Pcmu, payload: vec![Law::Mu.encode(level); 160] }
}

fn sound(track: &Track) -> Vec<i16> {
    track.sound_from(track.start().unwrap_or(0)).to_vec()
}

#[test]
fn gaps_are_silence_and_late_packets_find_their_place() {
    let mut track = Track::new(RATE, false);
    for (timestamp, at) in [(1000, 0), (1480, 480), (1320, 490), (1320, 495)] {
        track.arrive(packet(1, timestamp, 8000), at);
    }
    track.release(i64::MAX);
    let heard = sound(&track);
    assert_eq!(heard.len(), 640);
    assert!(heard[..160].iter().all(|&s| s > 7900) && heard[160..320].iter().all(|&s| s == 0));
    assert!(heard[320..].iter().all(|&s| s > 7900));
}

#[test]
fn a_wild_timestamp_does_not_fill_the_disk() {
    let mut track = Track::new(RATE, false);
    track.arrive(packet(1, 0, 1), 0);
    track.arrive(packet(1, 0x4000_0000, 1), 160);
    track.arrive(packet(2, 0xC000_0000, 1), 320);
    track.release(i64::MAX);
    assert_eq!(sound(&track).len(), 480);
}

#[test]
fn the_count_of_timestamps_may_wrap() {
    let mut track = Track::new(RATE, true);
    for n in 0..10u32 {
        track.arrive(packet(1, 0xFFFF_FF00u32.wrapping_add(n * 160), 8000), i64::from(n) * 160);
    }
    track.release(i64::MAX);
    assert_eq!(sound(&track), vec![sound(&track)[0]; 1600]);
}

#[test]
fn a_clock_that_runs_off_is_followed_within_20_ms_over_hours() {
    for drift in [-300i64, 300] {
        let mut track = Track::new(RATE, true);
        let mut worst = 0;
        // Two hours of a sender 300 ppm off, its packets up to 30 ms late.
        for n in 0..360_000i64 {
            let true_time = n * 160 + n * 160 * drift / 1_000_000;
            let late = ((n * 2_654_435_761) >> 8) % 240;
            track.arrive(packet(1, (n * 160) as u32, 8000), true_time + late);
            track.release(true_time - 960);
            if n > 100 {
                let held = track.held.front().map_or(n * 160, |h| h.position);
                let true_end = held + held * drift / 1_000_000;
                worst = worst.max((track.end() - true_end).abs());
            }
            track.forget(true_time - 4000);
        }
        assert!(worst < 160, "{worst} samples at {drift} ppm");
        assert!(sound(&track).iter().rev().skip(1000).all(|&s| s > 7900));
    }
}

#[test]
fn a_jump_of_time_without_time_is_no_gap_between_the_sides() {
    let mut track = Track::new(RATE, true);
    for n in 0..100i64 {
        let jump = if n < 50 { 0 } else { 4000 };
        track.arrive(packet(1, (n * 160 + jump) as u32, 8000), n * 160);
        track.release(n * 160 - 960);
    }
    track.release(i64::MAX);
    assert!((sound(&track).len() as i64 - 16000).abs() <= 160);
}

#[test]
fn what_is_on_disk_already_is_not_written_again() {
    let mut track = Track::new(RATE, true);
    track.arrive(packet(1, 0, 8000), 0);
    track.release(i64::MAX);
    track.forget(400);
    track.arrive(packet(1, 320, 8000), 330);
    track.release(i64::MAX);
    assert_eq!((track.start(), track.end(), track.sound_from(400)[0] > 7900), (Some(400), 480, true));
}
