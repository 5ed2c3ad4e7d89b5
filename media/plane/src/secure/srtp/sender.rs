//! Our direction of a session: every packet and report under an index of its own (RFC 3711 s.3.3, 3.4).

use super::cipher::{Cipher, Place};
use super::head::{reporter_of, Head, ENCRYPTED, REPORT_HEAD};
use super::index::{Window, LAST_REPORT};
use super::key_derivation::Layer;
use super::master::MasterKey;
use super::Refused;

pub struct Sender {
    packets: Cipher,
    reports: Cipher,
    /// Of the SSRC we send under; one that was left is never taken up again.
    ssrc: u32,
    window: Window,
    next_report: u64,
}

impl Sender {
    pub fn new(master: &MasterKey) -> Self {
        Self {
            packets: Cipher::new(master, Layer::Rtp),
            reports: Cipher::new(master, Layer::Rtcp),
            ssrc: 0,
            window: Window::default(),
            next_report: 0,
        }
    }

    pub fn has_wrapped(&self) -> bool {
        self.window.rollovers() > 0
    }

    /// One index never encrypts twice: a packet that a relayed peer sent again is not passed on.
    pub fn protect(&mut self, packet: &mut [u8], length: usize) -> Result<usize, Refused> {
        let tag = self.packets.tag();
        let (body, rest) = packet.split_at_mut_checked(length).ok_or(Refused::NoRoom)?;
        let place_of_tag = rest.get_mut(..tag).ok_or(Refused::NoRoom)?;
        let head = Head::of(body)?;
        if head.ssrc != self.ssrc {
            self.ssrc = head.ssrc;
            self.window = Window::default();
        }
        let index = self.window.guess(head.sequence).ok_or(Refused::Exhausted)?;
        if !self.window.is_fresh(index) {
            return Err(Refused::Replayed);
        }
        self.window.note(index);
        let place = Place { ssrc: head.ssrc, index };
        let sealed = self.packets.seal(body, head.length, place, ((index >> 16) as u32).to_be_bytes());
        place_of_tag.copy_from_slice(&sealed[..tag]);
        Ok(length + tag)
    }

    pub fn protect_report(&mut self, packet: &mut [u8], length: usize) -> Result<usize, Refused> {
        let tag = self.reports.tag();
        let (body, rest) = packet.split_at_mut_checked(length).ok_or(Refused::NoRoom)?;
        let trailer = rest.get_mut(..tag + 4).ok_or(Refused::NoRoom)?;
        let ssrc = reporter_of(body)?;
        let index = self.next_report;
        if index > LAST_REPORT {
            return Err(Refused::Exhausted);
        }
        self.next_report += 1;
        let place = Place { ssrc, index };
        let word = (index as u32 | ENCRYPTED).to_be_bytes();
        let sealed = self.reports.seal(body, REPORT_HEAD, place, word);
        let (place_of_tag, place_of_word) = if self.reports.tags_first() { (0, tag) } else { (4, 0) };
        trailer[place_of_tag..place_of_tag + tag].copy_from_slice(&sealed[..tag]);
        trailer[place_of_word..place_of_word + 4].copy_from_slice(&word);
        Ok(length + tag + 4)
    }
}
