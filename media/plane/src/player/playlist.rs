//! Playback: clips encoded once, shared by all ports, cut into 20 ms packets without gaps between clips.

use std::sync::Arc;

use super::clip::ClipData;
use crate::codec::g711::Law;
use crate::codec::Codec;
use crate::io::clock::SAMPLES;

#[derive(Debug)]
pub struct Player {
    pub id: u32,
    clips: Vec<Arc<ClipData>>,
    clip: usize,
    offset: usize,
    looping: bool,
}

impl Player {
    /// `start` is in samples from the beginning of the first clip.
    pub fn new(id: u32, clips: Vec<Arc<ClipData>>, looping: bool, start: u64) -> Self {
        let total: u64 = clips.iter().map(|c| c.samples() as u64).sum();
        let mut player = Self { id, clips, clip: 0, offset: 0, looping: looping && total > 0 };
        let mut left = if player.looping { start % total } else { start.min(total) };
        while let Some(clip) = player.clips.get(player.clip) {
            let samples = clip.samples() as u64;
            if left < samples {
                break;
            }
            left -= samples;
            player.clip += 1;
        }
        player.offset = left as usize;
        player
    }

    pub fn is_over(&self) -> bool {
        self.clip >= self.clips.len()
    }

    /// The next packet's payload; None when all has been played.
    /// `scratch` is used only where a packet spans two clips or the end.
    pub fn next<'a>(&'a mut self, codec: Codec, scratch: &'a mut [u8; SAMPLES]) -> Option<&'a [u8]> {
        if self.is_over() {
            return None;
        }
        let (clip, offset) = (self.clip, self.offset);
        if self.clips[clip].samples() - offset > SAMPLES {
            self.offset += SAMPLES;
            return Some(&self.clips[clip].bytes(codec)[offset..offset + SAMPLES]);
        }
        self.gather(codec, scratch);
        Some(scratch)
    }

    fn gather(&mut self, codec: Codec, scratch: &mut [u8; SAMPLES]) {
        let mut filled = 0;
        while let Some(clip) = self.clips.get(self.clip) {
            let rest = &clip.bytes(codec)[self.offset..];
            let taken = rest.len().min(SAMPLES - filled);
            scratch[filled..filled + taken].copy_from_slice(&rest[..taken]);
            filled += taken;
            self.offset += taken;
            if self.offset == clip.samples() {
                self.offset = 0;
                self.clip += 1;
                if self.looping && self.is_over() {
                    self.clip = 0;
                }
            }
            if filled == SAMPLES {
                return;
            }
        }
        scratch[filled..].fill(codec.law().map_or(0, Law::silence));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clip(value: i16, samples: usize) -> Arc<ClipData> {
        Arc::new(ClipData::encode(&vec![value; samples]))
    }

    fn play(player: &mut Player, packets: usize) -> Vec<u8> {
        let mut heard = Vec::new();
        for _ in 0..packets {
            let mut scratch = [0; SAMPLES];
            if let Some(payload) = player.next(Codec::Pcmu, &mut scratch) {
                heard.extend_from_slice(payload);
            }
        }
        heard
    }

    #[test]
    fn clips_follow_without_a_gap_and_the_end_is_silence() {
        let mut player = Player::new(1, vec![clip(1000, 200), clip(-1000, 200)], false, 0);
        let heard = play(&mut player, 9);
        let (a, b) = (Law::Mu.encode(1000), Law::Mu.encode(-1000));
        assert_eq!(heard.len(), 480);
        assert!(heard[..200].iter().all(|&x| x == a) && heard[200..400].iter().all(|&x| x == b));
        assert!(heard[400..].iter().all(|&x| x == 0xFF) && player.is_over());
    }

    #[test]
    fn an_exact_fit_ends_with_its_last_packet() {
        let mut player = Player::new(1, vec![clip(1, 320)], false, 0);
        assert_eq!(play(&mut player, 2).len(), 320);
        assert!(player.is_over());
    }

    #[test]
    fn a_loop_never_ends_and_starts_where_told() {
        let mut player = Player::new(1, vec![clip(1000, 100), clip(-1000, 100)], true, 350);
        let heard = play(&mut player, 10);
        assert_eq!(heard.len(), 1600);
        assert_eq!(heard[49], Law::Mu.encode(-1000));
        assert_eq!(heard[50], Law::Mu.encode(1000));
    }

    #[test]
    fn nothing_to_play_is_over_at_once() {
        assert!(Player::new(1, vec![], true, 7).is_over());
        assert!(Player::new(1, vec![clip(0, 0)], true, 7).is_over());
        assert!(Player::new(1, vec![clip(0, 10)], false, 10).is_over());
    }
}
