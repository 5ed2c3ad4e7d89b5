//! What the threads stand on: sockets, time, bells, queues between threads, port numbers.

pub mod allocator;
pub mod clock;
pub mod poll;
pub mod rings;
pub mod socket;
