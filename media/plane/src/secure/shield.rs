//! What stands between a port and the network: nothing, SRTP, or SRTP whose keys are still being agreed (DTLS).

use super::srtp::{Keys, Refused, Srtp};

#[derive(Debug, Default)]
pub enum Shield {
    /// Plain RTP.
    #[default]
    Open,
    /// No key yet: nothing passes in either direction.
    Closed,
    Srtp(Box<Srtp>),
}

impl Shield {
    /// The stream was agreed anew. True when ours must go on under another SSRC.
    pub fn renew(&mut self, keys: Option<&Keys>) -> bool {
        match (&mut *self, keys) {
            (Self::Srtp(srtp), Some(keys)) => return srtp.change(keys),
            (before, Some(keys)) => {
                // The same keys may have been in use before a plain while: no packet number may serve twice.
                let was_open = matches!(before, Self::Open);
                *self = Self::Srtp(Box::new(Srtp::new(keys)));
                return was_open;
            }
            (_, None) => *self = Self::Open,
        }
        false
    }

    pub fn has_keys(&self) -> bool {
        matches!(self, Self::Srtp(_))
    }

    /// Protect what is in the first `length` octets; how long it is now.
    pub fn protect(&mut self, packet: &mut [u8], length: usize) -> Result<usize, Refused> {
        match self {
            Self::Open => Ok(length),
            Self::Closed => Err(Refused::NoKey),
            Self::Srtp(srtp) => srtp.protect(packet, length),
        }
    }

    /// The RTP packet that came, if the peer and nobody else can have sent it.
    pub fn unprotect<'a>(&mut self, packet: &'a mut [u8]) -> Result<&'a [u8], Refused> {
        let length = match self {
            Self::Open => packet.len(),
            Self::Closed => return Err(Refused::NoKey),
            Self::Srtp(srtp) => srtp.unprotect(packet)?,
        };
        Ok(packet.get(..length).unwrap_or_default())
    }

    pub fn protect_report(&mut self, report: &mut [u8], length: usize) -> Result<usize, Refused> {
        match self {
            Self::Open => Ok(length),
            Self::Closed => Err(Refused::NoKey),
            Self::Srtp(srtp) => srtp.protect_report(report, length),
        }
    }

    pub fn unprotect_report<'a>(&mut self, report: &'a mut [u8]) -> Result<&'a [u8], Refused> {
        let length = match self {
            Self::Open => report.len(),
            Self::Closed => return Err(Refused::NoKey),
            Self::Srtp(srtp) => srtp.unprotect_report(report)?,
        };
        Ok(report.get(..length).unwrap_or_default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secure::srtp::{MasterKey, Suite};

    #[test]
    fn without_keys_all_passes_and_while_they_are_awaited_nothing_does() {
        let mut packet = *b"as it is";
        let mut shield = Shield::default();
        assert_eq!(shield.protect(&mut packet, 5), Ok(5));
        assert_eq!(shield.unprotect(&mut packet), Ok(&b"as it is"[..]));
        shield = Shield::Closed;
        assert_eq!(shield.protect(&mut packet, 5), Err(Refused::NoKey));
        assert_eq!(shield.unprotect_report(&mut packet), Err(Refused::NoKey));
    }

    #[test]
    fn keys_come_and_go_with_signalling() {
        let key = |fill| MasterKey::new(Suite::AeadAes128Gcm, &[fill; 28]).unwrap();
        let (mut ours, mut theirs) = (Shield::Closed, Shield::Open);
        ours.renew(Some(&Keys { ours: key(1), theirs: key(2) }));
        theirs.renew(Some(&Keys { ours: key(2), theirs: key(1) }));
        let mut packet = [0x80; 40];
        let length = ours.protect(&mut packet, 20).unwrap();
        assert_eq!(length, 36);
        assert_eq!(theirs.unprotect(&mut packet[..length]), Ok(&[0x80; 20][..]));
        theirs.renew(None);
        assert_eq!(theirs.unprotect(&mut packet[..7]).map(<[u8]>::len), Ok(7));
        assert!(theirs.renew(Some(&Keys { ours: key(2), theirs: key(1) })), "under another SSRC");
        assert!(!theirs.renew(Some(&Keys { ours: key(2), theirs: key(1) })));
    }
}
