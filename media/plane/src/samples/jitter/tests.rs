use proptest::prelude::*;

use super::*;

const CODEC: Codec = Codec::Pcmu;

/// A packet on its way: what it is, and when it comes, in milliseconds.
#[derive(Clone, Copy, Debug)]
struct Sent {
    number: u32,
    ssrc: u32,
    sequence: u16,
    timestamp: u32,
    marker: bool,
    /// Milliseconds of sound in it.
    length: u32,
    at: u64,
}

/// An even stream of 20 ms packets, each so late as `late` says; sequence and timestamp wrap on the way.
fn stream(count: u32, late: impl Fn(u32) -> Option<u64>) -> Vec<Sent> {
    let packets = (0..count).filter_map(|number| {
        late(number).map(|late| Sent {
            number,
            ssrc: 1,
            sequence: 65_500u16.wrapping_add(number as u16),
            timestamp: 0xFFFF_F000u32.wrapping_add(number * 160),
            marker: number == 0,
            length: 20,
            at: 1000 + u64::from(number) * 20 + late,
        })
    });
    packets.collect()
}

/// What was heard in a frame: the packet's number, or nothing, and how long after the packet was made.
type Frame = (Option<u32>, i64);

/// Let packets come at their times, and fetch at every tick until two seconds after the last.
fn run(jitter: &mut Jitter, sent: &[Sent], phase: u64) -> Vec<Frame> {
    let mut sent = sent.to_vec();
    sent.sort_by_key(|s| s.at);
    let end = sent.last().map_or(0, |s| s.at) + 2000;
    let (mut waiting, mut frames) = (sent.into_iter().peekable(), Vec::new());
    let mut ready = 0;
    for now in (1000 + phase..end).step_by(20) {
        while let Some(s) = waiting.next_if(|s| s.at <= now) {
            let mut payload = [0; 32];
            payload[..4].copy_from_slice(&s.number.to_be_bytes());
            payload[4] = s.length as u8;
            let (ssrc, sequence, timestamp) = (s.ssrc, s.sequence, s.timestamp);
            let content = Content::Sound(CODEC);
            let packet = Incoming { ssrc, sequence, timestamp, marker: s.marker, content, payload: &payload };
            jitter.push(&packet, s.at as i64 * MILLISECOND);
        }
        ready -= FRAME;
        while ready < 0 {
            let due = now as i64 * MILLISECOND + ready + FRAME;
            match jitter.next(due) {
                Next::Sound(_, payload) => {
                    let number = u32::from_be_bytes(payload[..4].try_into().unwrap());
                    let length = i64::from(payload[4]) * MILLISECOND;
                    jitter.advance(length);
                    frames.push((Some(number), due / MILLISECOND - 1000 - i64::from(number) * 20));
                    ready += length;
                }
                Next::Noise(_) => {}
                Next::Gap(length) | Next::Lost(length, ..) => {
                    assert!(length > 0 && length <= FRAME);
                    frames.push((None, 0));
                    ready += length;
                }
            }
        }
    }
    frames
}

fn numbers(frames: &[Frame]) -> Vec<u32> {
    frames.iter().filter_map(|f| f.0).collect()
}

/// Spread evenly over `most` milliseconds, the same in each run.
fn spread(number: u32, most: u64) -> u64 {
    u64::from(number.wrapping_mul(2_654_435_761) >> 8) % (most + 1)
}

#[test]
fn an_even_stream_is_heard_whole_and_waits_under_forty_milliseconds() {
    for phase in [0, 1, 7, 19] {
        let frames = run(&mut Jitter::default(), &stream(500, |_| Some(0)), phase);
        assert_eq!(numbers(&frames), (0..500).collect::<Vec<_>>());
        let waits = frames.iter().filter(|f| f.0.is_some()).map(|f| f.1);
        assert!(waits.clone().min().unwrap() >= 20 && waits.max().unwrap() < 40);
    }
}

#[test]
fn of_packets_up_to_sixty_milliseconds_late_fewer_than_one_in_a_hundred_is_missed() {
    let mut jitter = Jitter::default();
    let frames = run(&mut jitter, &stream(6000, |n| Some(spread(n, 60))), 3);
    let heard = numbers(&frames);
    assert!(heard.windows(2).all(|w| w[0] < w[1]));
    assert!(heard.len() > 5940, "only {} of 6000", heard.len());
    assert!(jitter.counts.late < 60 && jitter.counts.dropped == 0, "{:?}", jitter.counts);
    // Nor does it wait for longer than such a network needs: 60 ms, the margin, and what a tick adds.
    let last = frames.iter().rev().find(|f| f.0.is_some()).unwrap();
    assert!(last.1 <= 100, "waits {} ms", last.1);
}

#[test]
fn packets_in_another_order_are_heard_in_theirs() {
    // Every second pair comes the other way round, 25 ms late.
    let sent = stream(400, |n| Some(if n % 4 == 2 { 25 } else { 0 }));
    let heard = numbers(&run(&mut Jitter::default(), &sent, 5));
    assert!(heard.windows(2).all(|w| w[0] < w[1]));
    assert!(heard.len() >= 398, "{}", heard.len());
}

#[test]
fn a_packet_that_comes_twice_is_heard_once() {
    let mut sent = stream(100, |_| Some(0));
    let again: Vec<_> = sent.iter().map(|s| Sent { at: s.at + s.at % 3 * 15, ..*s }).collect();
    sent.extend(again);
    let mut jitter = Jitter::default();
    assert_eq!(numbers(&run(&mut jitter, &sent, 0)), (0..100).collect::<Vec<_>>());
    assert_eq!(jitter.counts, JitterCounts::default());
}

#[test]
fn a_lost_packet_leaves_a_gap_of_its_own_length() {
    let frames = run(&mut Jitter::default(), &stream(100, |n| (n % 10 != 5).then_some(0)), 0);
    let begun = frames.iter().skip_while(|f| f.0.is_none()).take(95);
    let expected = (0..95).map(|n| (n % 10 != 5).then_some(n));
    assert!(begun.map(|f| f.0).eq(expected));
}

#[test]
fn a_loss_bridged_before_the_next_packet_came_does_not_lengthen_the_wait() {
    for phase in 0..20 {
        // The wait is 30 ms; what follows a loss comes when the lost one was due, or after.
        let late = |n: u32| Some(if n % 10 == 3 || n % 50 == 26 { 25 } else { 0 });
        let sent = stream(400, |n| late(n).filter(|_| n < 100 || n % 50 != 25));
        let frames = run(&mut Jitter::default(), &sent, phase);
        let waits: Vec<_> = frames.iter().filter(|f| f.0.is_some()).map(|f| f.1).collect();
        assert!(waits.last().unwrap() - waits[90] < 10, "{phase}: {} {:?}", waits[90], waits.last());
    }
}

#[test]
fn a_sequence_that_steps_back_a_little_is_heard_again_soon() {
    let mut sent = stream(100, |_| Some(0));
    for s in &mut sent[50..] {
        s.sequence = s.sequence.wrapping_sub(100);
    }
    let heard = numbers(&run(&mut Jitter::default(), &sent, 2));
    assert!(heard.windows(2).all(|w| w[0] < w[1]));
    assert!((90..=93).contains(&heard.len()) && heard.ends_with(&[98, 99]), "{}", heard.len());
}

#[test]
fn sound_after_a_pause_waits_anew_and_nothing_of_it_is_lost() {
    let mut sent = stream(50, |_| Some(0));
    // Silence suppressed for three seconds: the timestamp runs on, the sequence does not.
    sent.extend(stream(50, |_| Some(0)).iter().map(|s| Sent {
        number: s.number + 200,
        sequence: s.sequence.wrapping_add(50),
        timestamp: s.timestamp.wrapping_add(200 * 160),
        at: s.at + 4000,
        ..*s
    }));
    let frames = run(&mut Jitter::default(), &sent, 9);
    assert_eq!(numbers(&frames), (0..50).chain(200..250).collect::<Vec<_>>());
    assert!(frames.iter().all(|f| f.1 < 40));
}

#[test]
fn a_timestamp_that_jumps_costs_nothing_with_a_marker_and_one_packet_without() {
    for (marker, missed) in [(true, 0), (false, 1)] {
        for jump in [0x4000_0000u32, 0xC000_0000, 160 * 500] {
            let mut sent = stream(100, |_| Some(0));
            for s in &mut sent[50..] {
                s.timestamp = s.timestamp.wrapping_add(jump);
            }
            sent[50].marker = marker;
            let heard = numbers(&run(&mut Jitter::default(), &sent, 2));
            assert_eq!(heard.len(), 100 - missed, "{jump:x}");
            assert!(heard.windows(2).all(|w| w[0] < w[1]));
        }
    }
}

#[test]
fn timestamps_that_step_back_a_little_cost_nothing() {
    let mut sent = stream(100, |_| Some(0));
    for s in &mut sent[50..] {
        s.timestamp = s.timestamp.wrapping_sub(4000);
    }
    let heard = numbers(&run(&mut Jitter::default(), &sent, 2));
    assert!(heard.len() >= 99, "{}", heard.len());
}

#[test]
fn another_source_and_a_restarted_sequence_are_heard_after_a_frame_or_two() {
    for restart in [false, true] {
        let mut sent = stream(100, |_| Some(0));
        for s in &mut sent[50..] {
            if restart {
                s.sequence = s.sequence.wrapping_add(20_000);
            } else {
                s.ssrc = 2;
                s.sequence = s.sequence.wrapping_mul(7);
                s.timestamp = s.timestamp.wrapping_add(77_777);
            }
        }
        for index in 50..100 {
            sent[index].sequence = sent[50].sequence.wrapping_add(index as u16 - 50);
        }
        let heard = numbers(&run(&mut Jitter::default(), &sent, 2));
        assert!(heard.windows(2).all(|w| w[0] < w[1]));
        assert!(heard.len() >= 96 && heard.ends_with(&[97, 98, 99]), "{}", heard.len());
    }
}

#[test]
fn one_wild_packet_changes_nothing() {
    let mut sent = stream(100, |_| Some(0));
    let wild = Sent { sequence: 12_345, timestamp: 99, number: 9999, ..sent[50] };
    sent.push(wild);
    assert_eq!(numbers(&run(&mut Jitter::default(), &sent, 2)), (0..100).collect::<Vec<_>>());
}

#[test]
fn packets_of_other_lengths_are_heard_whole_also_when_the_length_changes() {
    for lengths in [[10, 10], [30, 30], [60, 60], [40, 10], [20, 60], [60, 20]] {
        let (mut at, mut sent) = (0, Vec::new());
        for index in 0..120u32 {
            let length = lengths[usize::from(index >= 60)];
            let base = stream(1, |_| Some(0))[0];
            // The number tells the place, in 20 ms of sound.
            let timestamp = base.timestamp.wrapping_add(at * 8);
            let sequence = base.sequence.wrapping_add(index as u16);
            // A packet leaves when its sound is over.
            let sent_at = 1000 + u64::from(at + length);
            sent.push(Sent { number: index, sequence, timestamp, length, at: sent_at, ..base });
            at += length;
        }
        let frames = run(&mut Jitter::default(), &sent, 4);
        assert_eq!(numbers(&frames), (0..120).collect::<Vec<_>>(), "{lengths:?}");
        let begun: Vec<_> = frames.iter().skip_while(|f| f.0.is_none()).collect();
        let gaps = begun.iter().rev().skip_while(|f| f.0.is_none()).filter(|f| f.0.is_none()).count();
        // Longer packets come later: their wait is made once.
        assert!(gaps <= 3, "{lengths:?}: {gaps}");
    }
}

#[test]
fn a_network_that_stood_still_does_not_leave_its_delay() {
    // Two seconds of packets come at once, then the stream goes on.
    let sent = stream(400, |n| Some(if (100..200).contains(&n) { u64::from(200 - n) * 20 } else { 0 }));
    let frames = run(&mut Jitter::default(), &sent, 0);
    let last = frames.iter().rev().find(|f| f.0.is_some()).unwrap();
    assert!(numbers(&frames).ends_with(&[398, 399]));
    assert!(last.1 <= 20 + 40 + 200, "waits {} ms", last.1);
}

#[test]
fn a_payload_no_network_carries_is_not_kept() {
    let mut jitter = Jitter::default();
    let content = Content::Sound(CODEC);
    for payload in [&[][..], &[0; 1501][..]] {
        jitter.push(&Incoming { ssrc: 1, sequence: 1, timestamp: 1, marker: true, content, payload }, 0);
    }
    assert_eq!(jitter.next(10_000), Next::Gap(FRAME));
}

fn any_packet() -> impl Strategy<Value = (Sent, usize)> {
    let near = (0u16..80, 0u32..16_000);
    let wild = (any::<u16>(), any::<u32>());
    let place = prop_oneof![8 => near, 1 => wild];
    (place, 0u32..2, any::<bool>(), 0u64..1500, 1usize..1500, 10u32..60).prop_map(
        |((sequence, timestamp), ssrc, marker, at, size, length)| {
            let number = u32::from(sequence);
            (Sent { number, ssrc, sequence, timestamp, marker, length, at }, size)
        },
    )
}

proptest! {
    #[test]
    fn any_packets_in_any_order_are_survived(mut packets in prop::collection::vec(any_packet(), 0..200)) {
        packets.sort_by_key(|p| p.0.at);
        let mut jitter = Jitter::default();
        let mut waiting = packets.iter().peekable();
        let payload = [7u8; 1500];
        for now in (0..2000).step_by(20) {
            while let Some((s, size)) = waiting.next_if(|p| p.0.at <= now) {
                let codec = [Codec::Pcmu, Codec::Opus, Codec::L16Wide][size % 3];
                let content = if size % 11 == 0 { Content::Noise } else { Content::Sound(codec) };
                let (ssrc, sequence, timestamp, marker) = (s.ssrc, s.sequence, s.timestamp, s.marker);
                let packet = Incoming { ssrc, sequence, timestamp, marker, content, payload: &payload[..*size] };
                jitter.push(&packet, s.at as i64 * MILLISECOND);
            }
            let mut turns = 0;
            loop {
                turns += 1;
                prop_assert!(turns < 500);
                match jitter.next(now as i64 * MILLISECOND) {
                    Next::Sound(..) => jitter.advance(FRAME),
                    Next::Noise(_) => {}
                    Next::Gap(length) | Next::Lost(length, ..) => {
                        prop_assert!(length > 0 && length <= FRAME);
                        if length == FRAME { break; }
                    }
                }
            }
        }
    }

    #[test]
    fn whatever_is_lost_late_or_doubled_order_stays_and_the_wait_returns(
        fates in prop::collection::vec((0u64..150, 0u8..20), 300..500),
        phase in 0u64..20,
    ) {
        let rough = fates.len() as u32;
        let fate = |n: u32| fates.get(n as usize).copied().unwrap_or((0, 9));
        let mut sent = stream(rough + 600, |n| (fate(n).1 > 0).then_some(fate(n).0));
        let doubled: Vec<_> = sent.iter().filter(|s| fate(s.number).1 == 1).copied().collect();
        sent.extend(doubled);
        let mut jitter = Jitter::default();
        let frames = run(&mut jitter, &sent, phase);
        let heard = numbers(&frames);
        prop_assert!(heard.windows(2).all(|w| w[0] < w[1]));
        prop_assert!(heard.ends_with(&[rough + 598, rough + 599]));
        prop_assert_eq!(jitter.wait(), 20 * MILLISECOND);
    }
}
