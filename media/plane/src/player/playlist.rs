//! Clips one after the other without gaps, and a place in them that can be set.

use std::sync::Arc;

use super::clip::{ClipData, Encoding};
use crate::codec::Codec;
use crate::io::clock::SAMPLES;

#[derive(Debug)]
pub struct Playlist {
    clips: Vec<Arc<ClipData>>,
    clip: usize,
    /// Samples at 8 kHz within the clip.
    offset: usize,
    looping: bool,
}

impl Playlist {
    /// `start` is in samples from the beginning of the first clip.
    pub fn new(clips: Vec<Arc<ClipData>>, looping: bool, start: u64) -> Self {
        let mut list = Self { clips, clip: 0, offset: 0, looping };
        list.looping &= list.length() > 0;
        list.seek(start);
        list
    }

    fn length(&self) -> u64 {
        self.clips.iter().map(|c| c.samples() as u64).sum()
    }

    /// Go to a place, in samples from the beginning; past the end all is over, or goes round.
    pub fn seek(&mut self, place: u64) {
        let total = self.length();
        let mut left = if self.looping { place % total } else { place.min(total) };
        self.clip = 0;
        while let Some(clip) = self.clips.get(self.clip) {
            let samples = clip.samples() as u64;
            if left < samples {
                break;
            }
            left -= samples;
            self.clip += 1;
        }
        self.offset = left as usize;
    }

    pub fn is_over(&self) -> bool {
        self.clip >= self.clips.len()
    }

    /// Whether all clips are ready in a codec.
    pub fn is_ready(&self, codec: Codec) -> bool {
        self.clips.iter().all(|clip| clip.encoding(codec).is_some())
    }

    /// The next bytes of an even encoding, for so many samples; `scratch` serves where they span two clips or the
    /// end, which is filled with silence. Only while ready in that codec.
    pub fn next_bytes<'a>(
        &'a mut self,
        codec: Codec,
        samples: usize,
        scratch: &'a mut [u8],
    ) -> Option<&'a [u8]> {
        let (clip, from) = (self.clip, self.offset);
        let Encoding::Even { width, .. } = self.clips.get(clip)?.encoding(codec)? else { return None };
        let width = *width;
        if self.clips[clip].samples() - from > samples {
            self.offset += samples;
            let Some(Encoding::Even { blob, .. }) = self.clips[clip].encoding(codec) else { return None };
            return blob.bytes().get(from * width..(from + samples) * width);
        }
        let scratch = scratch.get_mut(..samples * width)?;
        let mut filled = 0;
        while let (Some(clip), true) = (self.clips.get(self.clip), filled < samples) {
            let Some(Encoding::Even { blob, .. }) = clip.encoding(codec) else { break };
            let taken = (clip.samples() - self.offset).min(samples - filled);
            let (from, to) = (self.offset * width, filled * width);
            scratch[to..to + taken * width].copy_from_slice(&blob.bytes()[from..from + taken * width]);
            filled += taken;
            self.advance(taken);
        }
        scratch[filled * width..].fill(codec.silence());
        Some(scratch)
    }

    /// The next 20 ms payload of a codec whose payloads cannot be cut: each clip begins with a payload of its own.
    pub fn next_packet(&mut self, codec: Codec) -> Option<&[u8]> {
        let (clip, number) = (self.clip, self.offset / SAMPLES);
        let rest = self.clips.get(clip)?.samples() - self.offset;
        self.advance(rest.min(SAMPLES - self.offset % SAMPLES));
        Some(self.clips[clip].encoding(codec)?.packet(number))
    }

    /// The next samples at 8 kHz; what lies past the end is silence.
    pub fn next_samples(&mut self, pcm: &mut [i16]) {
        let mut filled = 0;
        while let (Some(clip), true) = (self.clips.get(self.clip), filled < pcm.len()) {
            let taken = clip.read(self.offset, &mut pcm[filled..]);
            filled += taken;
            self.advance(taken);
            if taken == 0 && self.offset == 0 && self.is_over() {
                break;
            }
        }
        pcm[filled..].fill(0);
    }

    fn advance(&mut self, samples: usize) {
        self.offset += samples;
        while let Some(clip) = self.clips.get(self.clip) {
            if self.offset < clip.samples() {
                return;
            }
            self.offset -= clip.samples();
            self.clip += 1;
            if self.looping && self.is_over() {
                self.clip = 0;
            }
        }
        self.offset = 0;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::codec::g711::Law;

    fn clip(value: i16, samples: usize) -> Arc<ClipData> {
        let clip = ClipData::new(value.to_le_bytes().repeat(samples));
        clip.prepare(Codec::Pcmu);
        clip.prepare(Codec::Opus);
        Arc::new(clip)
    }

    fn play(list: &mut Playlist, packets: usize) -> Vec<u8> {
        let mut heard = Vec::new();
        for _ in 0..packets {
            let mut scratch = [0; SAMPLES];
            if let Some(payload) = list.next_bytes(Codec::Pcmu, SAMPLES, &mut scratch) {
                heard.extend_from_slice(payload);
            }
        }
        heard
    }

    #[test]
    fn clips_follow_without_a_gap_and_the_end_is_silence() {
        let mut list = Playlist::new(vec![clip(1000, 200), clip(-1000, 200)], false, 0);
        let heard = play(&mut list, 9);
        let (a, b) = (Law::Mu.encode(1000), Law::Mu.encode(-1000));
        assert_eq!(heard.len(), 480);
        assert!(heard[..200].iter().all(|&x| x == a) && heard[200..400].iter().all(|&x| x == b));
        assert!(heard[400..].iter().all(|&x| x == 0xFF) && list.is_over());
    }

    #[test]
    fn an_exact_fit_ends_with_its_last_packet() {
        let mut list = Playlist::new(vec![clip(1, 320)], false, 0);
        assert_eq!(play(&mut list, 2).len(), 320);
        assert!(list.is_over());
    }

    #[test]
    fn a_loop_never_ends_and_starts_where_told() {
        let mut list = Playlist::new(vec![clip(1000, 100), clip(-1000, 100)], true, 350);
        let heard = play(&mut list, 10);
        assert_eq!(heard.len(), 1600);
        assert_eq!(heard[49], Law::Mu.encode(-1000));
        assert_eq!(heard[50], Law::Mu.encode(1000));
    }

    #[test]
    fn nothing_to_play_is_over_at_once() {
        assert!(Playlist::new(vec![], true, 7).is_over());
        assert!(Playlist::new(vec![clip(0, 0)], true, 7).is_over());
        assert!(Playlist::new(vec![clip(0, 10)], false, 10).is_over());
        let mut pcm = [1; 10];
        Playlist::new(vec![clip(0, 0)], false, 0).next_samples(&mut pcm);
        assert_eq!(pcm, [0; 10]);
    }

    #[test]
    fn samples_and_bytes_and_packets_keep_one_place() {
        let mut list = Playlist::new(vec![clip(500, 240), clip(900, 400)], false, 0);
        let mut pcm = [0; 160];
        list.next_samples(&mut pcm);
        assert_eq!(pcm, [500; 160]);
        list.seek(100);
        list.next_samples(&mut pcm);
        assert_eq!((pcm[139], pcm[140]), (500, 900));
        list.seek(160);
        let mut packets = 0;
        while list.next_packet(Codec::Opus).is_some() {
            packets += 1;
        }
        // The rest of the first clip, then the three of the second.
        assert_eq!(packets, 4);
    }
}
