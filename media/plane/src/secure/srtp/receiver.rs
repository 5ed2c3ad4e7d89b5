//! The peer's direction: nothing is believed of a packet before its tag is checked (RFC 3711 s.3.3, 3.4).

use super::cipher::{Cipher, Place};
use super::head::{reporter_of, Head, ENCRYPTED, REPORT_HEAD};
use super::key_derivation::Layer;
use super::master::MasterKey;
use super::streams::Streams;
use super::Refused;

pub struct Receiver {
    packets: Cipher,
    reports: Cipher,
    streams: Streams,
    /// The streams under the key before: their rollover counters may live on under this one.
    before: Option<Box<Streams>>,
}

impl Receiver {
    pub fn new(master: &MasterKey) -> Self {
        Self {
            packets: Cipher::new(master, Layer::Rtp),
            reports: Cipher::new(master, Layer::Rtcp),
            streams: Streams::default(),
            before: None,
        }
    }

    /// Take over from the receiver of the key before.
    pub fn follow(&mut self, before: &Self) {
        self.before = Some(Box::new(before.streams.clone()));
    }

    pub fn unprotect(&mut self, packet: &mut [u8]) -> Result<usize, Refused> {
        let head = Head::of(packet)?;
        let length = packet.len().checked_sub(self.packets.tag()).ok_or(Refused::Malformed)?;
        if length < head.length {
            return Err(Refused::Malformed);
        }
        let (body, tag) = packet.split_at_mut(length);
        let open = |cipher: &Cipher, body: &mut [u8], index: u64| {
            let trailer = ((index >> 16) as u32).to_be_bytes();
            cipher.open(body, head.length, Place { ssrc: head.ssrc, index }, trailer, tag)
        };
        match self.streams.find(head.ssrc).filter(|stream| stream.packets.has_started()) {
            Some(stream) => {
                let index = stream.packets.guess(head.sequence).ok_or(Refused::Exhausted)?;
                if !stream.packets.is_fresh(index) {
                    return Err(Refused::Replayed);
                }
                if !open(&self.packets, body, index) {
                    return Err(Refused::Unauthentic);
                }
                stream.packets.note(index);
            }
            None => {
                let index = self
                    .first_counters(head.ssrc)
                    .map(|counter| u64::from(counter) << 16 | u64::from(head.sequence))
                    .find(|&index| open(&self.packets, body, index));
                self.streams.admit(head.ssrc).packets.note(index.ok_or(Refused::Unauthentic)?);
            }
        }
        Ok(length)
    }

    /// Rollover counters a stream may show up with: zero; one, when it wrapped before its first packet came
    /// through; and, after a change of keys, the one it had.
    fn first_counters(&self, ssrc: u32) -> impl Iterator<Item = u32> {
        let had = self.before.as_ref().and_then(|streams| streams.rollovers(ssrc));
        [0, 1].into_iter().chain(had.filter(|&counter| counter > 1))
    }

    pub fn unprotect_report(&mut self, packet: &mut [u8]) -> Result<usize, Refused> {
        let tag = self.reports.tag();
        let length = packet.len().checked_sub(tag + 4).ok_or(Refused::Malformed)?;
        let (body, trailer) = packet.split_at_mut(length);
        let ssrc = reporter_of(body)?;
        let (place_of_tag, place_of_word) = if self.reports.tags_first() { (0, tag) } else { (4, 0) };
        let tag = &trailer[place_of_tag..place_of_tag + tag];
        let word = trailer[place_of_word..].first_chunk::<4>().ok_or(Refused::Malformed)?;
        let index = u32::from_be_bytes(*word);
        if index & ENCRYPTED == 0 {
            return Err(Refused::Clear);
        }
        let place = Place { ssrc, index: u64::from(index & !ENCRYPTED) };
        if self.streams.find(place.ssrc).is_some_and(|stream| !stream.reports.is_fresh(place.index)) {
            return Err(Refused::Replayed);
        }
        if !self.reports.open(body, REPORT_HEAD, place, *word, tag) {
            return Err(Refused::Unauthentic);
        }
        self.streams.admit(place.ssrc).reports.note(place.index);
        Ok(length)
    }
}
