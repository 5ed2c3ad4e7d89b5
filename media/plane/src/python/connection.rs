//! media.connection.Connection, read field by field.

use std::net::{IpAddr, SocketAddr};
use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::pybacked::PyBackedBytes;

use super::ip_of;
use crate::codec::Codec;
use crate::command::{Connection, Security};
use crate::io::clock::SLOTS_PER_SECOND;
use crate::plane::Plane;
use crate::rtp::{Events, Format, Formats};
use crate::secure::certificate::Fingerprint;
use crate::secure::dtls::{Identity, Setup};
use crate::secure::gate::Terms;
use crate::secure::ice::Credentials;
use crate::secure::srtp::{Keys, MasterKey, Suite};

/// media.codec.Codec, by its name.
#[derive(FromPyObject)]
struct CodecTold {
    name: String,
}

#[derive(FromPyObject)]
struct FormatTold {
    codec: CodecTold,
    payload: u8,
}

impl FormatTold {
    fn format(&self) -> PyResult<Format> {
        let codec =
            Codec::from_name(&self.codec.name).ok_or_else(|| PyValueError::new_err("no such codec"))?;
        Ok(Format { codec, payload_type: self.payload & 0x7F })
    }
}

#[derive(FromPyObject)]
struct EventsTold {
    sends: u8,
    accepts: u8,
    clock: u32,
}

/// media.connection.SrtpKeys: read where Python keeps them, and not copied but into what wipes itself.
#[derive(FromPyObject)]
struct SrtpTold {
    suite: String,
    ours: PyBackedBytes,
    theirs: PyBackedBytes,
}

#[derive(FromPyObject)]
struct IceTold {
    fragment: String,
    password: String,
    peer: String,
}

#[derive(FromPyObject)]
struct DtlsTold {
    fingerprints: Vec<(String, String)>,
    is_client: bool,
    ice: Option<IceTold>,
}

#[derive(FromPyObject)]
pub struct ConnectionTold {
    remote: (String, u16),
    reports: Option<(String, u16)>,
    mux: bool,
    sends: FormatTold,
    accepts: Vec<FormatTold>,
    events: Option<EventsTold>,
    inband: bool,
    noise: bool,
    ptime: u32,
    sending: bool,
    receiving: bool,
    also: Option<String>,
    symmetric: bool,
    srtp: Option<SrtpTold>,
    dtls: Option<DtlsTold>,
}

impl ConnectionTold {
    pub fn connection(&self) -> PyResult<Connection> {
        let sends = self.sends.format()?;
        let mut accepts = self.accepts.iter().map(FormatTold::format).collect::<PyResult<Vec<_>>>()?;
        if accepts.is_empty() {
            accepts.push(sends);
        }
        let events = self.events.as_ref();
        let also = self.also.as_deref().map(str::parse::<IpAddr>);
        Ok(Connection {
            remote: address_of(&self.remote)?,
            reports: self.reports.as_ref().map(address_of).transpose()?,
            mux: self.mux,
            sends,
            accepts: Formats::new(accepts, events.map(|e| e.accepts), self.noise),
            events: events.map(|e| Events { sends: e.sends, accepts: e.accepts, clock: e.clock }),
            inband: self.inband,
            period: self.ptime.clamp(10, 60) / 10 * (SLOTS_PER_SECOND / 100),
            sending: self.sending,
            receiving: self.receiving,
            also: also.and_then(Result::ok),
            symmetric: self.symmetric,
        })
    }

    pub fn security(&self, plane: &Plane) -> PyResult<Security> {
        match (&self.srtp, &self.dtls) {
            (None, None) => Ok(Security::Plain),
            (Some(told), None) => Ok(Security::Keys(Box::new(told.keys()?))),
            (None, Some(told)) => Ok(Security::Terms(Box::new(told.terms(plane.identity())?))),
            (Some(_), Some(_)) => {
                Err(PyValueError::new_err("keys of signalling and of DTLS exclude each other"))
            }
        }
    }
}

impl SrtpTold {
    fn keys(&self) -> PyResult<Keys> {
        let suite =
            Suite::from_name(&self.suite).ok_or_else(|| PyValueError::new_err("no such SRTP suite"))?;
        let key = |octets: &[u8]| {
            MasterKey::new(suite, octets)
                .ok_or_else(|| PyValueError::new_err("an SRTP key of a wrong length"))
        };
        Ok(Keys { ours: key(&self.ours)?, theirs: key(&self.theirs)? })
    }
}

impl DtlsTold {
    fn terms(&self, identity: Arc<Identity>) -> PyResult<Terms> {
        let read = self.fingerprints.iter().map(|(sum, octets)| Fingerprint::read(sum, octets));
        let fingerprints = read.collect::<Option<Vec<_>>>().filter(|list| !list.is_empty());
        let ice = self.ice.as_ref().map(|told| {
            let ours = Credentials::read(&told.fragment, &told.password);
            ours.map(|ours| (ours, told.peer.as_str().into()))
                .ok_or_else(|| PyValueError::new_err("not ICE credentials of this plane"))
        });
        Ok(Terms {
            identity,
            setup: if self.is_client { Setup::Active } else { Setup::Passive },
            fingerprints: fingerprints.ok_or_else(|| PyValueError::new_err("not a fingerprint"))?,
            ice: ice.transpose()?,
        })
    }
}

fn address_of((host, number): &(String, u16)) -> PyResult<SocketAddr> {
    Ok(SocketAddr::new(ip_of(host)?, *number))
}
