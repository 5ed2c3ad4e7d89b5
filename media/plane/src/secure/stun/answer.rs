//! Answers to binding requests (RFC 8489 s.6.3, s.14): where the asker was seen, or why it gets no answer.

use std::net::{IpAddr, SocketAddr};

use super::{fingerprint, Key, COOKIE, FINGERPRINT, HEADER, INTEGRITY_SIZE, MESSAGE_INTEGRITY};

/// No answer of ours is longer.
pub const LONGEST: usize = 96;

const SUCCESS: u16 = 0x0101;
const ERROR: u16 = 0x0111;
const ERROR_CODE: u16 = 0x0009;
const UNKNOWN_ATTRIBUTES: u16 = 0x000A;
const XOR_MAPPED_ADDRESS: u16 = 0x0020;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refusal {
    BadRequest,
    Unauthenticated,
    UnknownAttribute,
    RoleConflict,
}

impl Refusal {
    /// Class and number of ERROR-CODE: 400, 401, 420, 487.
    const fn code(self) -> [u8; 2] {
        match self {
            Self::BadRequest => [4, 0],
            Self::Unauthenticated => [4, 1],
            Self::UnknownAttribute => [4, 20],
            Self::RoleConflict => [4, 87],
        }
    }
}

/// An answer on its way out; it lives in a buffer of its own, so that nothing is allocated.
pub struct Answer {
    data: [u8; LONGEST],
    length: usize,
}

impl Answer {
    pub fn success(transaction: [u8; 12], source: SocketAddr, key: &Key) -> Self {
        let mut answer = Self::begin(SUCCESS, transaction);
        answer.add_address(source, transaction);
        answer.end(Some(key))
    }

    /// A refusal; signed only for who has shown that it knows the password.
    pub fn refusal(transaction: [u8; 12], refusal: Refusal, unknown: &[u16], key: Option<&Key>) -> Self {
        let mut answer = Self::begin(ERROR, transaction);
        let [class, number] = refusal.code();
        answer.add(ERROR_CODE, &[0, 0, class, number]);
        if refusal == Refusal::UnknownAttribute {
            let mut list = [0; 8];
            for (place, kind) in list.chunks_exact_mut(2).zip(unknown) {
                place.copy_from_slice(&kind.to_be_bytes());
            }
            answer.add(UNKNOWN_ATTRIBUTES, list.get(..unknown.len() * 2).unwrap_or(&list));
        }
        answer.end(key)
    }

    pub fn bytes(&self) -> &[u8] {
        self.data.get(..self.length).unwrap_or_default()
    }

    fn begin(kind: u16, transaction: [u8; 12]) -> Self {
        let mut answer = Self { data: [0; LONGEST], length: 0 };
        answer.put(&kind.to_be_bytes());
        answer.put(&[0, 0]);
        answer.put(&COOKIE);
        answer.put(&transaction);
        answer
    }

    fn put(&mut self, bytes: &[u8]) {
        if let Some(place) = self.data.get_mut(self.length..self.length + bytes.len()) {
            place.copy_from_slice(bytes);
            self.length += bytes.len();
        }
    }

    fn add(&mut self, kind: u16, value: &[u8]) {
        self.put(&kind.to_be_bytes());
        self.put(&(value.len() as u16).to_be_bytes());
        self.put(value);
        self.put(&[0; 3][..value.len().next_multiple_of(4) - value.len()]);
        let counted = (self.length - HEADER) as u16;
        self.data[2..4].copy_from_slice(&counted.to_be_bytes());
    }

    /// XOR-MAPPED-ADDRESS (RFC 8489 s.14.2).
    fn add_address(&mut self, address: SocketAddr, transaction: [u8; 12]) {
        let [p0, p1] = address.port().to_be_bytes();
        let mut value =
            [0, 1, p0 ^ COOKIE[0], p1 ^ COOKIE[1], 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
        let mask = COOKIE.iter().chain(&transaction);
        let size = match address.ip().to_canonical() {
            IpAddr::V4(ip) => {
                value[4..8].copy_from_slice(&ip.octets());
                8
            }
            IpAddr::V6(ip) => {
                value[1] = 2;
                value[4..].copy_from_slice(&ip.octets());
                20
            }
        };
        for (byte, mask) in value[4..size].iter_mut().zip(mask) {
            *byte ^= mask;
        }
        self.add(XOR_MAPPED_ADDRESS, &value[..size]);
    }

    fn end(mut self, key: Option<&Key>) -> Self {
        if let Some(key) = key {
            let signature = key.sign(self.bytes());
            self.add(MESSAGE_INTEGRITY, &signature);
        }
        debug_assert!(key.is_none() || self.length >= HEADER + INTEGRITY_SIZE);
        let sum = fingerprint(self.bytes());
        self.add(FINGERPRINT, &sum);
        self
    }
}
