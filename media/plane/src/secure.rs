//! What keeps a call's media from strangers.

pub mod srtp;
