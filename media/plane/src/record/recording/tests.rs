use std::time::Instant;

use super::*;
use crate::codec::g711::Law;
use crate::codec::Codec;
use crate::digits::presence::tests::tones;
use crate::record::tap::{tap, Tap};

const MS: u64 = MILLISECOND;

/// A recording on a clock of the test's own.
struct Bench {
    path: std::path::PathBuf,
    tap: Tap,
    recording: Option<Recording>,
}

fn bench(name: &str, plan: Plan) -> Bench {
    let path = std::env::temp_dir().join(format!("centralita-{}-{name}", std::process::id()));
    let (tap, line, pieces) = tap(Instant::now(), plan.stereo, Arc::default());
    let store = Store::create(path.to_str().unwrap(), None).unwrap();
    let mut recording = Recording::new(1, 7, plan, line, pieces, store).unwrap();
    (recording.began, recording.flushed) = (0, 0);
    Bench { path, tap, recording: Some(recording) }
}

impl Bench {
    fn arrive(&mut self, side: Side, at: u64, timestamp: u32, codec: Codec, payload: &[u8]) {
        let (ssrc, payload) = (side.index() as u32, payload.to_vec());
        let packet = Packet { at, ssrc, timestamp, codec, payload };
        let recording = self.recording.as_mut().unwrap();
        match &mut recording.running {
            Some(running) => running.arrive(side, packet, recording.began),
            None => recording.waiting.push((side, packet)),
        }
    }

    /// One second of constant sound, packet by packet, the recorder at work.
    fn speak(&mut self, side: Side, from: u64, level: i16) {
        for n in 0..50 {
            let at = from + 20 * MS * n;
            let timestamp = (at / MS * 8) as u32;
            self.arrive(side, at, timestamp, Codec::Pcmu, &[Law::Mu.encode(level); 160]);
            self.recording.as_mut().unwrap().work(at).unwrap();
        }
    }

    fn tell(&mut self, word: Word, at: u64) {
        self.recording.as_mut().unwrap().tell(word, at);
    }

    /// The samples of the file, and what became of the recording.
    fn finish(mut self, at: u64) -> (Vec<i16>, Outcome) {
        let recording = self.recording.take().unwrap();
        let (_, outcome) = recording.finish(at, None);
        let file = std::fs::read(&self.path).unwrap();
        std::fs::remove_file(&self.path).unwrap();
        drop(self.tap);
        (file[44..].chunks_exact(2).map(|b| i16::from_le_bytes([b[0], b[1]])).collect(), outcome)
    }
}

const STEREO: Plan = Plan { stereo: true, format: Format::Wav, tone: true, look_back: 400 * MS };

fn side(samples: &[i16], side: Side) -> Vec<i16> {
    samples.iter().skip(side.index()).step_by(2).copied().collect()
}

#[test]
fn the_sides_lie_next_to_each_other_in_time() {
    let mut bench = bench("sides", STEREO);
    bench.speak(Side::Heard, 0, 4000);
    bench.speak(Side::Sent, SECOND, -4000);
    let (samples, outcome) = bench.finish(2 * SECOND);
    let (left, right) = (side(&samples, Side::Heard), side(&samples, Side::Sent));
    assert_eq!((left.len(), right.len(), outcome.seconds), (16000, 16000, 2.0));
    assert!(left[..8000].iter().all(|&s| s > 3900) && left[8000..].iter().all(|&s| s == 0));
    assert!(right[..8000].iter().all(|&s| s == 0) && right[8000..].iter().all(|&s| s < -3900));
    assert_eq!((outcome.bytes, outcome.failure), (44 + 64000, None));
}

#[test]
fn a_mask_reaches_back_and_on_and_holds_a_tone_on_both_sides() {
    let mut bench = bench("mask", STEREO);
    bench.speak(Side::Heard, 0, 8000);
    bench.tell(Word::Mask, SECOND);
    bench.speak(Side::Heard, SECOND, 8000);
    bench.tell(Word::Unmask, 2 * SECOND);
    bench.speak(Side::Heard, 2 * SECOND, 8000);
    let (samples, outcome) = bench.finish(3 * SECOND);
    // On by as much as back, and by three frames that are free of keys.
    assert_eq!(outcome.masked, [(0.6, 2.46)]);
    let (from, to) = (4800, 19680);
    for heard in [side(&samples, Side::Heard), side(&samples, Side::Sent)] {
        assert!(heard[from..to].iter().all(|&s| s.abs() < 1100));
        assert!(heard[from..to].windows(20).all(|w| w.iter().any(|&s| s.abs() > 900)));
    }
    let left = side(&samples, Side::Heard);
    assert!(left[from - 1] > 7900 && left[to] > 7900);
}

#[test]
fn a_key_held_beyond_the_mask_stays_hidden_until_it_is_up() {
    let mut bench = bench("held", STEREO);
    bench.tell(Word::Mask, 0);
    let key: Vec<u8> = tones(8000, &[770.0, 1336.0], 6000.0).into_iter().map(|s| Law::Mu.encode(s)).collect();
    for n in 0..100 {
        let at = 20 * MS * n;
        bench.arrive(Side::Heard, at, (at / MS * 8) as u32, Codec::Pcmu, &key);
        bench.recording.as_mut().unwrap().work(at).unwrap();
        if n == 10 {
            bench.tell(Word::Unmask, at);
        }
    }
    bench.speak(Side::Heard, 2 * SECOND, 8000);
    let (samples, outcome) = bench.finish(3 * SECOND);
    assert_eq!(outcome.masked, [(0.0, 2.06)]);
    assert!(side(&samples, Side::Heard)[..16000].iter().all(|&s| s.abs() < 1100));
}

#[test]
fn closed_while_masked_it_stays_masked() {
    let mut bench = bench("closed", Plan { tone: false, ..STEREO });
    bench.speak(Side::Heard, 0, 8000);
    bench.tell(Word::Mask, SECOND);
    bench.tell(Word::Mask, SECOND);
    bench.tell(Word::Unmask, SECOND + 1);
    bench.speak(Side::Heard, SECOND, 8000);
    let (samples, outcome) = bench.finish(2 * SECOND);
    assert!(side(&samples, Side::Heard)[4800..].iter().all(|&s| s == 0));
    assert_eq!(outcome.masked, [(0.6, 2.0)]);
}

#[test]
fn a_pause_takes_no_time_in_the_file() {
    let mut bench = bench("pause", STEREO);
    bench.speak(Side::Heard, 0, 4000);
    bench.tell(Word::Pause, SECOND);
    bench.speak(Side::Heard, SECOND, 9000);
    bench.tell(Word::Resume, 2 * SECOND);
    bench.speak(Side::Heard, 2 * SECOND, 4000);
    let (samples, outcome) = bench.finish(3 * SECOND);
    assert_eq!(outcome.seconds, 2.0);
    assert!(side(&samples, Side::Heard).iter().all(|&s| (3900..4100).contains(&s)));
}

#[test]
fn one_wide_voice_makes_the_file_wide() {
    let mut bench = bench("wide", STEREO);
    for n in 0..50u64 {
        let wide = [0x10, 0x00].repeat(320);
        bench.arrive(Side::Sent, n * 20 * MS, n as u32 * 320, Codec::L16Wide, &wide);
        let narrow = [Law::Mu.encode(4096); 160];
        bench.arrive(Side::Heard, n * 20 * MS, n as u32 * 160, Codec::Pcmu, &narrow);
        bench.recording.as_mut().unwrap().work(n * 20 * MS).unwrap();
    }
    let (samples, outcome) = bench.finish(SECOND);
    assert_eq!((samples.len(), outcome.seconds), (32000, 1.0));
    let (left, right) = (side(&samples, Side::Heard), side(&samples, Side::Sent));
    assert!(right.iter().all(|&s| s == 4096));
    assert!(left[200..].iter().all(|&s| (s - 4096).abs() < 200));
}

#[test]
fn a_call_of_no_sound_is_silence_of_its_length() {
    let bench = bench("silent", STEREO);
    let (samples, outcome) = bench.finish(SECOND / 2);
    assert_eq!((samples.len(), outcome.seconds, outcome.dropped), (8000, 0.5, 0));
}
