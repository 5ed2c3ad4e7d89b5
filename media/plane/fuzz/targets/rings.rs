//! The queues between threads and the receive buffers that the kernel fills: under AddressSanitizer, in any order.
#![no_main]

use std::net::{IpAddr, Ipv4Addr, UdpSocket};
use std::sync::OnceLock;
use std::thread;

use _plane::command::Command;
use _plane::event::Event;
use _plane::io::rings;
use _plane::io::socket::{self, Inbox, MTU};
use libfuzzer_sys::fuzz_target;

const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

fn sockets() -> &'static (UdpSocket, UdpSocket) {
    static SOCKETS: OnceLock<(UdpSocket, UdpSocket)> = OnceLock::new();
    SOCKETS.get_or_init(|| {
        let open = || socket::open(HOME, 0, Some(46)).expect("a port is free");
        (open(), open())
    })
}

fn between_threads(data: &[u8]) {
    let (Ok((commands, obeying)), Ok((mut events, hearing))) = (rings::commands(), rings::events()) else {
        return;
    };
    let count = data.len();
    let thread = thread::spawn(move || {
        let mut obeyed = 0;
        while obeyed < count {
            match obeying.take() {
                Some(Command::Close { port }) => {
                    assert_eq!(port as usize, obeyed);
                    events.send(Event::RtpStarted { port });
                    obeyed += 1;
                }
                Some(_) => unreachable!("nothing else was sent"),
                None => obeying.rest(),
            }
            events.retry();
        }
    });
    let mut heard = 0;
    for (port, &kind) in data.iter().enumerate() {
        let command = Command::Close { port: port as u32 };
        if kind & 1 == 0 {
            commands.send(command);
        } else {
            commands.send_unhurried(command);
        }
        if kind & 6 == 0 {
            heard += hearing.take_all().len();
        }
    }
    let _ = thread.join();
    assert_eq!(heard + hearing.take_all().len(), count);
}

fuzz_target!(|data: &[u8]| {
    between_threads(&data[..data.len().min(64)]);
    let (from, to) = sockets();
    let (Ok(here), mut inbox) = (to.local_addr(), Inbox::new()) else { return };
    let lengths: Vec<usize> = data.iter().take(6).map(|&length| usize::from(length) * 10).collect();
    for length in &lengths {
        let _ = from.send_to(&vec![7; *length], here);
    }
    let found = inbox.receive(to, true);
    assert_eq!(found, lengths.len());
    for (index, length) in lengths.iter().enumerate() {
        assert_eq!(inbox.data(index).len(), (*length).min(MTU));
        assert_eq!(inbox.is_cut(index), *length > MTU);
        assert_eq!(inbox.source(index), from.local_addr().ok());
        let _ = inbox.arrival(index);
    }
});
