use super::*;
use crate::codec::{Decoder, Encoder};

/// A far end that speaks a steady tone through a network.
struct Line {
    ear: Ear,
    encoder: Encoder,
    codec: Codec,
    sequence: u16,
    timestamp: u32,
    spoken: usize,
    heard: Vec<i16>,
    made: Vec<Made>,
}

const HERTZ: f32 = 250.0;

impl Line {
    fn new(codec: Codec) -> Self {
        let (ear, encoder) = (Ear::new(codec), Encoder::new(codec));
        let (heard, made) = (Vec::new(), Vec::new());
        Self { ear, encoder, codec, sequence: 65_530, timestamp: 5, spoken: 0, heard, made }
    }

    fn change(&mut self, codec: Codec) {
        self.codec = codec;
        self.encoder = Encoder::new(codec);
    }

    /// The next 20 ms as a payload; the sequence and the timestamp move on whether it is sent or not.
    fn speak(&mut self) -> (u16, u32, Vec<u8>) {
        let rate = self.codec.sample_rate();
        let step = HERTZ / rate as f32 * std::f32::consts::TAU;
        let frame = rate as usize / 50;
        let start = self.spoken * frame;
        let pcm: Vec<i16> =
            (start..start + frame).map(|i| ((i as f32 * step).sin() * 8000.0) as i16).collect();
        self.spoken += 1;
        let mut payload = vec![0; 1500];
        let length = self.encoder.encode(&pcm, &mut payload);
        payload.truncate(length);
        let (sequence, timestamp) = (self.sequence, self.timestamp);
        self.sequence = sequence.wrapping_add(1);
        self.timestamp = timestamp.wrapping_add(self.codec.rtp_clock() / 50);
        (sequence, timestamp, payload)
    }

    fn send(&mut self, now_ms: u64) {
        let (sequence, timestamp, payload) = self.speak();
        self.ear.push(1, sequence, timestamp, false, self.codec, &payload, now_ms);
    }

    fn pull(&mut self, now_ms: u64) -> Heard {
        let mut frame = [0; FRAME_MAX];
        let heard = self.ear.pull(&mut frame, now_ms);
        self.heard.extend(&frame[..heard.samples()]);
        self.made.push(heard.made);
        heard
    }

    /// Samples from the first sound on.
    fn sound(&self) -> &[i16] {
        let first = self.heard.iter().position(|&s| s != 0).unwrap_or(self.heard.len());
        &self.heard[first..]
    }
}

/// How far a sound is from the pure tone, as the largest error of foretelling each sample by two before it.
fn impurity(sound: &[i16], rate: u32) -> f32 {
    let twice = 2.0 * (HERTZ / rate as f32 * std::f32::consts::TAU).cos();
    let error = |w: &[i16]| (f32::from(w[0]) - twice * f32::from(w[1]) + f32::from(w[2])).abs();
    sound.windows(3).map(error).fold(0.0, f32::max)
}

#[test]
fn an_even_stream_comes_through_sample_for_sample() {
    let mut line = Line::new(Codec::L16Narrow);
    for tick in 0..100 {
        line.send(tick * 20);
        line.pull(tick * 20 + 1);
    }
    assert!(impurity(line.sound(), 8000) < 4.0);
    assert!(line.made[3..].iter().all(|&m| m == Made::Sound));
    assert!(line.heard.len() - line.sound().len() <= 2 * 160, "waits for two frames at most");
}

#[test]
fn every_codec_is_heard_at_its_rate() {
    for codec in Codec::ALL {
        let mut line = Line::new(codec);
        for tick in 0..50 {
            line.send(tick * 20);
            assert_eq!(line.pull(tick * 20 + 1).rate, codec.sample_rate());
        }
        let sound = line.sound();
        let crossings = sound.windows(2).filter(|w| (w[0] < 0) != (w[1] < 0)).count() as f32;
        let hertz = crossings / 2.0 / sound.len() as f32 * codec.sample_rate() as f32;
        assert!((hertz - HERTZ).abs() < 10.0, "{codec:?} {hertz}");
        assert!(sound.iter().skip(1000).any(|s| s.abs() > 6000), "{codec:?}");
    }
}

#[test]
fn lost_packets_of_every_codec_are_made_up() {
    for codec in Codec::ALL {
        let mut line = Line::new(codec);
        for tick in 0..200 {
            if tick % 20 == 10 {
                line.speak();
            } else {
                line.send(tick * 20);
            }
            line.pull(tick * 20 + 1);
        }
        let concealed = line.made.iter().filter(|&&m| m == Made::Concealed).count() as u64;
        assert!((10..=12).contains(&concealed), "{codec:?} {concealed}");
        assert_eq!(line.ear.concealed(), concealed);
        // A tone never comes near to silence, for as long as a quarter of it.
        let quarter = codec.sample_rate() as usize / HERTZ as usize / 4;
        let sound = &line.sound()[2000..];
        let weakest = sound.chunks(quarter * 2).map(|c| c.iter().map(|s| s.abs()).max().unwrap()).min();
        let own = Decoder::new(codec).conceals();
        assert!(weakest.unwrap() > if own { 100 } else { 3000 }, "{codec:?} {weakest:?}");
    }
}

#[test]
fn a_clock_that_runs_fast_or_slow_is_followed_without_a_click() {
    // One part in two hundred, fifty times what a bad crystal does.
    for (late, early) in [(0, 1), (1, 0)] {
        let mut line = Line::new(Codec::L16Narrow);
        let (mut at, mut sent) = (0u64, 0u64);
        for tick in 0..3000u64 {
            while at <= tick * 20 {
                line.send(tick * 20);
                sent += 1;
                at = sent * 20 + (sent / 10) * late - (sent / 10) * early;
            }
            line.pull(tick * 20 + 1);
        }
        let concealed = line.made.iter().filter(|&&m| m == Made::Concealed).count();
        assert!(concealed < 12, "{concealed}");
        let rough = line.sound().windows(3 * 160).step_by(160).filter(|w| impurity(w, 8000) > 500.0);
        assert!(rough.count() < 60);
        assert_eq!(line.ear.counts(), JitterCounts::default());
        assert_eq!(line.made.last(), Some(&Made::Sound));
    }
}

#[test]
fn the_wait_shrinks_again_within_words() {
    let mut line = Line::new(Codec::Pcmu);
    let mut held = Vec::new();
    for tick in 0..1000u64 {
        // For a second every packet is up to 120 ms late.
        held.push((tick * 20 + if (50..100).contains(&tick) { tick * 7 % 6 * 24 } else { 0 }, line.speak()));
        held.sort_by_key(|h| h.0);
        while held.first().is_some_and(|h| h.0 <= tick * 20) {
            let (_, (sequence, timestamp, payload)) = held.remove(0);
            line.ear.push(1, sequence, timestamp, false, Codec::Pcmu, &payload, tick * 20);
        }
        line.pull(tick * 20 + 1);
        match tick {
            100 => assert!(line.ear.wait_ms() >= 100),
            999 => assert_eq!(line.ear.wait_ms(), 20),
            _ => {}
        }
    }
    let excess = line.ear.jitter.excess(place(999 * 20 + 1) + time(line.ear.decoded.len(), 8000));
    assert!(excess <= SLACK, "{} ms too late", excess / MILLISECOND);
    let rough = line.sound().windows(480).skip(120 * 160).step_by(160);
    assert!(rough.filter(|w| impurity(w, 8000) > 1500.0).count() < 4);
}

#[test]
fn a_stream_changes_its_codec_without_a_gap() {
    for (from, to) in [(Codec::Pcmu, Codec::G722), (Codec::Opus, Codec::Pcma), (Codec::L16Wide, Codec::Opus)]
    {
        let mut line = Line::new(from);
        for tick in 0..100 {
            if tick == 50 {
                line.change(to);
            }
            line.send(tick * 20);
            let rate = line.pull(tick * 20 + 1).rate;
            assert_eq!(rate, if tick < 51 { from.sample_rate() } else { to.sample_rate() }, "{tick}");
        }
        assert!(line.made[3..].iter().all(|&m| m == Made::Sound));
    }
}

#[test]
fn silence_that_the_far_end_describes_is_heard_as_noise_until_it_speaks() {
    let mut line = Line::new(Codec::Pcmu);
    for tick in 0..150u64 {
        match tick {
            0..50 | 100.. => line.send(tick * 20),
            50 => {
                let (sequence, timestamp, _) = line.speak();
                let noise = Content::Noise;
                let (ssrc, marker, payload) = (1, false, &[40][..]);
                line.ear.take(
                    &Incoming { ssrc, sequence, timestamp, marker, content: noise, payload },
                    tick * 20,
                );
            }
            _ => {
                line.speak();
                line.sequence = line.sequence.wrapping_sub(1);
            }
        }
        line.pull(tick * 20 + 1);
    }
    assert!(line.made[53..100].iter().all(|&m| m == Made::Noise), "{:?}", &line.made[48..103]);
    let noise = &line.heard[60 * 160..100 * 160];
    let power = noise.iter().map(|&s| f32::from(s) * f32::from(s)).sum::<f32>() / noise.len() as f32;
    let level = 10.0 * (power / 32768f32.powi(2)).log10();
    assert!((level + 40.0).abs() < 3.0, "{level} dBov");
    assert!(line.made[103..].iter().all(|&m| m == Made::Sound));
}

#[test]
fn a_stream_that_stops_fades_to_silence_and_one_that_never_came_is_silent() {
    let mut line = Line::new(Codec::Pcma);
    assert_eq!(line.pull(0).made, Made::Silence);
    for tick in 1..50 {
        line.send(tick * 20);
        line.pull(tick * 20 + 1);
    }
    for tick in 50..60 {
        line.pull(tick * 20 + 1);
    }
    assert!(line.made.ends_with(&[Made::Silence; 6]));
    assert!(line.heard.ends_with(&[0; 800]));
}

#[test]
fn payloads_of_any_length_and_content_are_survived() {
    let mut state = 7u64;
    let mut random = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as u32
    };
    let mut ear = Ear::new(Codec::Opus);
    let mut frame = [0; FRAME_MAX];
    for tick in 0..5000u64 {
        for _ in 0..random() % 4 {
            let payload: Vec<u8> = (0..random() % 1600).map(|_| random() as u8).collect();
            let codec = Codec::ALL[random() as usize % 6];
            let (sequence, timestamp) =
                (tick as u16 + random() as u16 % 8, tick as u32 * 160 + random() % 900);
            let marker = random() % 50 == 0;
            ear.push(random() % 30 / 29, sequence, timestamp, marker, codec, &payload, tick * 20);
        }
        let heard = ear.pull(&mut frame, tick * 20 + 5);
        assert!(heard.samples() == 160 || heard.samples() == 320);
    }
    assert_eq!(ear.pull(&mut [], 0).samples() % 160, 0);
}
