//! Binding requests of strangers: parsed in full, never answered without the password.
#![no_main]

use std::net::SocketAddr;

use _plane::secure::ice::{Agent, Check, Credentials, RANDOM};
use _plane::secure::stun::Message;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    if let Ok(message) = Message::parse(data) {
        let _ = (message.has_integrity(), message.unknown(), message.size());
    }
    let mut agent = Agent::new(&Credentials::new([3; RANDOM]), "peer", 0);
    let source: SocketAddr = ([127, 0, 0, 1], 4000).into();
    for (tick, piece) in data.chunks(97).enumerate() {
        let _: Check = agent.receive(piece, source, tick as u32);
    }
    let _: Check = agent.receive(data, source, 1);
    assert_eq!(agent.selected(), None);
});
