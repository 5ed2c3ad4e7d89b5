//! A stream of datagrams, length first: parsed, counted, relayed; what is relayed is RTP again.
#![no_main]

use _plane::rtp::reception::Reception;
use _plane::rtp::relay::Relay;
use _plane::rtp::{write, Outgoing, Packet, HEADER};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let (mut reception, mut relay, mut out) =
        (Reception::default(), Relay::default(), Outgoing::new([7; 10], 0));
    let (mut rest, mut beat, mut made) = (data, 0, [0; HEADER + 255]);
    while let Some((&length, after)) = rest.split_first() {
        let (datagram, next) = after.split_at(usize::from(length).min(after.len()));
        rest = next;
        let Ok(packet) = Packet::parse(datagram) else { continue };
        assert!(packet.payload.len() + HEADER <= datagram.len());
        reception.note(packet.ssrc, packet.sequence);
        reception.time(packet.timestamp, beat);
        beat += u32::from(length);
        if let Some(header) = relay.translate(&packet, packet.payload_type, &mut out, beat) {
            let length = write(&mut made, header, out.ssrc, packet.payload);
            assert_eq!(Packet::parse(&made[..length]).map(|p| p.payload), Ok(packet.payload));
        }
    }
    let _ = (reception.take_fraction_lost(), reception.lost(), reception.extended_highest());
});
