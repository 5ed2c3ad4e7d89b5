//! What keeps strangers out of a call's media: ICE, DTLS, SRTP.

pub mod certificate;
pub mod dtls;
pub mod gate;
pub mod ice;
pub mod shield;
pub mod srtp;
pub mod stun;
