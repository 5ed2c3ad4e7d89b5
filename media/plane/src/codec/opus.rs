//! Opus (RFC 6716) for RTP (RFC 7587), by libopus: mono at 16 kHz, where a stereo stream is mixed down.
//!
//! The library works in memory that we give it, made once with the stream; no packet allocates.

use std::ffi::c_int;

const SAMPLE_RATE: i32 = 16000;
const CHANNELS: c_int = 1;

// opus_defines.h: what the library's names stand for.
const OK: c_int = 0;
const APPLICATION_VOIP: c_int = 2048;
const SIGNAL_VOICE: c_int = 3001;
const BANDWIDTH_WIDEBAND: c_int = 1103;
const SET_BITRATE: c_int = 4002;
const SET_MAX_BANDWIDTH: c_int = 4004;
const SET_VBR: c_int = 4006;
const SET_COMPLEXITY: c_int = 4010;
const SET_INBAND_FEC: c_int = 4012;
const SET_PACKET_LOSS_PERC: c_int = 4014;
const SET_DTX: c_int = 4016;
const SET_SIGNAL: c_int = 4024;

/// Bits in a second at most: RFC 7587 section 3.1.1 has 16 to 20 kbit/s for wide-band speech, and this comes to 24.
const BITRATE: c_int = 32_000;
/// With the coarse copy of the packet before in each packet (RFC 6716 section 2.1.7), at the same quality.
const BITRATE_WITH_COPIES: c_int = 40_000;

/// Settings of every stream. The copies are on, but are made only once some loss is expected: where none is, they
/// would cost a third of the bits. Complexity 4 and 5 sound alike, 6 takes half as long again.
const SETTINGS: [(c_int, c_int); 7] = [
    (SET_BITRATE, BITRATE),
    (SET_VBR, 1),
    (SET_COMPLEXITY, 4),
    (SET_INBAND_FEC, 1),
    (SET_DTX, 0),
    (SET_MAX_BANDWIDTH, BANDWIDTH_WIDEBAND),
    (SET_SIGNAL, SIGNAL_VOICE),
];

#[repr(C)]
struct OpusDecoder {
    opaque: [u8; 0],
}

#[repr(C)]
struct OpusEncoder {
    opaque: [u8; 0],
}

#[link(name = "opus")]
extern "C" {
    fn opus_decoder_get_size(channels: c_int) -> c_int;
    fn opus_decoder_init(state: *mut OpusDecoder, rate: i32, channels: c_int) -> c_int;
    fn opus_decode(
        state: *mut OpusDecoder,
        data: *const u8,
        length: i32,
        pcm: *mut i16,
        samples: c_int,
        fec: c_int,
    ) -> c_int;
    fn opus_encoder_get_size(channels: c_int) -> c_int;
    fn opus_encoder_init(state: *mut OpusEncoder, rate: i32, channels: c_int, application: c_int) -> c_int;
    fn opus_encoder_ctl(state: *mut OpusEncoder, request: c_int, ...) -> c_int;
    fn opus_encode(
        state: *mut OpusEncoder,
        pcm: *const i16,
        samples: c_int,
        data: *mut u8,
        length: i32,
    ) -> i32;
}

/// Memory for a state of the library, aligned for any of its members; it holds no pointer into itself.
fn memory_of(size: c_int) -> Box<[u64]> {
    vec![0; usize::try_from(size).unwrap_or(0).div_ceil(8)].into_boxed_slice()
}

#[derive(Debug)]
pub struct Decoder {
    memory: Box<[u64]>,
}

impl Default for Decoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Decoder {
    pub fn new() -> Self {
        // SAFETY: asks for a number, by a constant.
        let size = unsafe { opus_decoder_get_size(CHANNELS) };
        let mut decoder = Self { memory: memory_of(size) };
        // SAFETY: the memory is of the size that the library asked for.
        let outcome = unsafe { opus_decoder_init(decoder.state(), SAMPLE_RATE, CHANNELS) };
        assert_eq!(outcome, OK, "libopus refuses a decoder of constant settings");
        decoder
    }

    /// Decode a packet; nothing comes of a broken one, or of one longer than `pcm`.
    pub fn decode(&mut self, payload: &[u8], pcm: &mut [i16]) -> usize {
        // To the library an empty packet is a lost one.
        if payload.is_empty() {
            return 0;
        }
        self.run(payload, pcm, 0)
    }

    /// Guess what a lost packet held; `pcm` is a multiple of 2.5 ms long.
    pub fn conceal(&mut self, pcm: &mut [i16]) {
        let written = self.run(&[], pcm, 0);
        pcm[written..].fill(0);
    }

    /// The lost packet before `next`, from the coarse copy in it or else by guess.
    pub fn decode_lost_with_next(&mut self, next: &[u8], pcm: &mut [i16]) {
        let written = if next.is_empty() { 0 } else { self.run(next, pcm, 1) };
        if written == 0 {
            self.conceal(pcm);
        } else {
            pcm[written..].fill(0);
        }
    }

    fn run(&mut self, payload: &[u8], pcm: &mut [i16], fec: c_int) -> usize {
        let data = if payload.is_empty() { std::ptr::null() } else { payload.as_ptr() };
        let length = i32::try_from(payload.len()).unwrap_or(i32::MAX);
        let room = c_int::try_from(pcm.len()).unwrap_or(c_int::MAX);
        // SAFETY: the state was initialised; both lengths are those of the slices (or less), and one channel
        // takes one sample for each of `room`.
        let written = unsafe { opus_decode(self.state(), data, length, pcm.as_mut_ptr(), room, fec) };
        usize::try_from(written).unwrap_or(0).min(pcm.len())
    }

    fn state(&mut self) -> *mut OpusDecoder {
        self.memory.as_mut_ptr().cast()
    }
}

#[derive(Debug)]
pub struct Encoder {
    memory: Box<[u64]>,
}

impl Default for Encoder {
    fn default() -> Self {
        Self::new()
    }
}

impl Encoder {
    pub fn new() -> Self {
        // SAFETY: asks for a number, by a constant.
        let size = unsafe { opus_encoder_get_size(CHANNELS) };
        let mut encoder = Self { memory: memory_of(size) };
        // SAFETY: the memory is of the size that the library asked for.
        let outcome = unsafe { opus_encoder_init(encoder.state(), SAMPLE_RATE, CHANNELS, APPLICATION_VOIP) };
        assert_eq!(outcome, OK, "libopus refuses an encoder of constant settings");
        encoder.set(&SETTINGS);
        encoder
    }

    /// What the far end reports as lost, in percent; from then on packets hold copies of the one before.
    pub fn expect_loss(&mut self, percent: u8) {
        let bitrate = if percent > 0 { BITRATE_WITH_COPIES } else { BITRATE };
        self.set(&[(SET_PACKET_LOSS_PERC, percent.min(100).into()), (SET_BITRATE, bitrate)]);
    }

    /// Encode 10, 20, 40 or 60 ms; nothing comes of another length.
    pub fn encode(&mut self, pcm: &[i16], out: &mut [u8]) -> usize {
        let samples = c_int::try_from(pcm.len()).unwrap_or(0);
        let room = i32::try_from(out.len()).unwrap_or(i32::MAX);
        // SAFETY: the state was initialised; both lengths are those of the slices (or less).
        let written = unsafe { opus_encode(self.state(), pcm.as_ptr(), samples, out.as_mut_ptr(), room) };
        usize::try_from(written).unwrap_or(0).min(out.len())
    }

    fn set(&mut self, settings: &[(c_int, c_int)]) {
        for &(request, value) in settings {
            // SAFETY: the state was initialised, and each of these requests takes one 32-bit integer.
            let outcome = unsafe { opus_encoder_ctl(self.state(), request, value) };
            debug_assert_eq!(outcome, OK);
        }
    }

    fn state(&mut self) -> *mut OpusEncoder {
        self.memory.as_mut_ptr().cast()
    }
}
