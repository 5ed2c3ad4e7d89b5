use super::*;

const TONE: f64 = 0.2;

fn tone(samples: usize) -> Vec<i16> {
    (0..samples).map(|n| (8000.0 * (TONE * n as f64).sin()) as i16).collect()
}

#[test]
fn rates_are_those_of_the_rtp_profiles() {
    let rates = Codec::ALL.map(|codec| (codec.rtp_clock(), codec.sample_rate()));
    let expected = [(8000, 8000), (8000, 8000), (8000, 16000), (48000, 16000), (8000, 8000), (16000, 16000)];
    assert_eq!(rates, expected);
}

#[test]
fn only_the_two_laws_have_a_table_between_them() {
    for a in Codec::ALL {
        for b in Codec::ALL {
            let crosses = matches!((a, b), (Codec::Pcmu, Codec::Pcma) | (Codec::Pcma, Codec::Pcmu));
            assert_eq!(a.table_to(b).is_some(), crosses);
        }
    }
}

#[test]
fn a_frame_of_each_codec_comes_back_as_long_as_it_was() {
    for codec in Codec::ALL {
        let frame = tone(codec.sample_rate() as usize / 50);
        let (mut encoder, mut decoder) = (Encoder::new(codec), Decoder::new(codec));
        let (mut out, mut pcm) = ([0; 1500], [0; LONGEST]);
        for _ in 0..5 {
            let length = encoder.encode(&frame, &mut out);
            assert!(length > 10, "{codec:?}");
            assert_eq!(decoder.decode(&out[..length], &mut pcm), frame.len(), "{codec:?}");
        }
        assert!(pcm[..frame.len()].iter().any(|s| s.abs() > 4000), "{codec:?}");
    }
}

#[test]
fn nothing_comes_of_an_empty_payload() {
    for codec in Codec::ALL {
        assert_eq!(Decoder::new(codec).decode(&[], &mut [0; LONGEST]), 0);
        assert_eq!(Encoder::new(codec).encode(&[], &mut [0; 1500]), 0);
    }
}

#[test]
fn opus_takes_packets_of_other_rates_and_channels() {
    // The first byte of an Opus packet says what it holds (RFC 6716 section 3.1): all 32 ways, mono and stereo.
    let mut decoder = Decoder::new(Codec::Opus);
    let mut pcm = [0; LONGEST];
    for (configuration, milliseconds) in (0..32)
        .zip([10, 20, 40, 60].repeat(3).into_iter().chain([10, 20].repeat(2)).chain([2, 5, 10, 20].repeat(4)))
    {
        for stereo in [0, 4] {
            let packet = [configuration << 3 | stereo, 7, 1, 200, 30, 4, 5, 99, 120, 3];
            let samples = if milliseconds == 2 { 40 } else { milliseconds * 16 };
            assert_eq!(decoder.decode(&packet, &mut pcm), samples, "{configuration}");
        }
    }
}

#[test]
fn opus_refuses_what_the_room_cannot_hold() {
    let mut encoder = Encoder::new(Codec::Opus);
    let mut out = [0; 1500];
    let length = encoder.encode(&tone(960), &mut out);
    assert!(length > 0);
    assert_eq!(Decoder::new(Codec::Opus).decode(&out[..length], &mut [0; 320]), 0);
    assert_eq!(encoder.encode(&tone(480), &mut out), 0, "30 ms are no frame of Opus");
    assert_eq!(encoder.encode(&tone(320), &mut []), 0);
}

/// Power of what is heard for the sixth of ten packets, which is lost.
fn power_of_the_lost(recover: impl Fn(&mut Decoder, &[u8], &mut [i16])) -> f64 {
    let (mut encoder, mut decoder) = (Encoder::new(Codec::Opus), Decoder::new(Codec::Opus));
    let sound = tone(3200);
    let mut packets = Vec::new();
    for frame in sound.chunks(320) {
        let mut out = [0; 1500];
        let length = encoder.encode(frame, &mut out);
        packets.push(out[..length].to_vec());
    }
    let mut pcm = [0; LONGEST];
    for packet in &packets[..5] {
        decoder.decode(packet, &mut pcm);
    }
    let mut gap = [0; 320];
    recover(&mut decoder, &packets[6], &mut gap);
    gap.iter().map(|&s| f64::from(s).powi(2)).sum::<f64>() / 320.0
}

#[test]
fn opus_goes_on_over_a_lost_packet() {
    let whole = 8000.0 * 8000.0 / 2.0;
    let concealed = power_of_the_lost(|decoder, _, gap| decoder.conceal(gap));
    let copied = power_of_the_lost(Decoder::decode_lost_with_next);
    assert!(concealed > whole * 0.2 && concealed < whole * 2.0, "{concealed}");
    assert!(copied > whole * 0.4 && copied < whole * 2.0, "{copied}");
    assert!(Decoder::new(Codec::Opus).conceals() && !Decoder::new(Codec::G722).conceals());
}

#[test]
fn what_a_codec_cannot_conceal_is_silence() {
    let mut gap = [7; 160];
    Decoder::new(Codec::Pcma).conceal(&mut gap);
    assert_eq!(gap, [0; 160]);
}

#[test]
fn hostile_payloads_give_bounded_sound() {
    let mut random = 12345u32;
    for _ in 0..300 {
        let data: Vec<u8> = (0..1000)
            .map(|_| {
                random ^= random << 13;
                random ^= random >> 17;
                random ^= random << 5;
                (random >> 11) as u8
            })
            .collect();
        decode_anything(&data);
    }
}
