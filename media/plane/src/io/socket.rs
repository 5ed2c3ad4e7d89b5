//! The system calls the standard library does not wrap: batched receive, disconnect, random bytes, DSCP.

use std::io;
use std::mem::{size_of, zeroed};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, UdpSocket};
use std::os::fd::{AsRawFd, RawFd};
use std::ptr;

/// Datagrams taken by one system call.
pub const BATCH: usize = 8;
/// Longer datagrams are cut and counted as bad.
pub const MTU: usize = 2048;
const CONTROL: usize = 64;

/// A thread's receive buffers, shared by all its ports: a port owns none.
pub struct Inbox {
    store: Box<Store>,
}

struct Store {
    data: [[u8; MTU]; BATCH],
    control: [[u64; CONTROL / 8]; BATCH],
    names: [libc::sockaddr_storage; BATCH],
    vectors: [libc::iovec; BATCH],
    headers: [libc::mmsghdr; BATCH],
}

// SAFETY: the raw pointers inside point into the same box, which moves between threads as a whole.
unsafe impl Send for Inbox {}

impl Inbox {
    pub fn new() -> Self {
        // SAFETY: every field is plain data for which all zero bytes are a valid value.
        let mut store: Box<Store> = unsafe { Box::new(zeroed()) };
        for index in 0..BATCH {
            store.vectors[index] =
                libc::iovec { iov_base: store.data[index].as_mut_ptr().cast(), iov_len: MTU };
            store.headers[index].msg_hdr.msg_iov = &raw mut store.vectors[index];
            store.headers[index].msg_hdr.msg_iovlen = 1;
            store.headers[index].msg_hdr.msg_control = store.control[index].as_mut_ptr().cast();
        }
        Self { store }
    }

    /// Take what waits, up to BATCH datagrams; sources are asked for only where they matter.
    pub fn receive(&mut self, socket: &UdpSocket, with_sources: bool) -> usize {
        for index in 0..BATCH {
            self.prepare(index, with_sources);
        }
        let mut taken = self.take_batch(socket);
        // A far end that had closed shows as an error once; what waits is behind it.
        if taken < 0 && io::Error::last_os_error().kind() == io::ErrorKind::ConnectionRefused {
            taken = self.take_batch(socket);
        }
        usize::try_from(taken).unwrap_or(0)
    }

    /// Take one datagram without its source: the cheapest look at a socket where one is expected.
    pub fn receive_one(&mut self, socket: &UdpSocket) -> usize {
        self.prepare(0, false);
        let header = &mut self.store.headers[0];
        // SAFETY: the header points at buffers of the lengths it names, which live as long as `self.store`.
        let length =
            unsafe { libc::recvmsg(socket.as_raw_fd(), &raw mut header.msg_hdr, libc::MSG_DONTWAIT) };
        header.msg_len = u32::try_from(length).unwrap_or(0);
        usize::from(length >= 0)
    }

    fn prepare(&mut self, index: usize, with_source: bool) {
        let store = &mut *self.store;
        let header = &mut store.headers[index].msg_hdr;
        header.msg_controllen = CONTROL as _;
        if with_source {
            header.msg_name = (&raw mut store.names[index]).cast();
            header.msg_namelen = size_of::<libc::sockaddr_storage>() as _;
        } else {
            header.msg_name = ptr::null_mut();
            header.msg_namelen = 0;
        }
    }

    fn take_batch(&mut self, socket: &UdpSocket) -> libc::c_int {
        let headers = self.store.headers.as_mut_ptr();
        let flags = libc::MSG_DONTWAIT as _;
        // SAFETY: the headers point at buffers of the lengths they name, which live as long as `self.store`,
        // and the kernel writes at most BATCH of them.
        unsafe { libc::recvmmsg(socket.as_raw_fd(), headers, BATCH as _, flags, ptr::null_mut()) }
    }

    pub fn data(&self, index: usize) -> &[u8] {
        let length = (self.store.headers[index].msg_len as usize).min(MTU);
        &self.store.data[index][..length]
    }

    pub fn data_mut(&mut self, index: usize) -> &mut [u8] {
        let length = (self.store.headers[index].msg_len as usize).min(MTU);
        &mut self.store.data[index][..length]
    }

    pub fn is_cut(&self, index: usize) -> bool {
        self.store.headers[index].msg_hdr.msg_flags & libc::MSG_TRUNC != 0
    }

    /// Where the datagram came from; only after `receive` with sources.
    pub fn source(&self, index: usize) -> Option<SocketAddr> {
        address_of(&self.store.names[index])
    }

    /// When the kernel took the datagram in, in nanoseconds; 0 if it did not say.
    pub fn arrival(&self, index: usize) -> u64 {
        let header = &self.store.headers[index].msg_hdr;
        if header.msg_controllen < size_of::<libc::cmsghdr>() as _ {
            return 0;
        }
        // SAFETY: the kernel filled `msg_controllen` bytes of the aligned control buffer with whole control
        // messages; a timestamp's data is one timespec.
        unsafe {
            let control = libc::CMSG_FIRSTHDR(header);
            if control.is_null() || (*control).cmsg_type != libc::SCM_TIMESTAMPNS {
                return 0;
            }
            let stamp: libc::timespec = ptr::read_unaligned(libc::CMSG_DATA(control).cast());
            (stamp.tv_sec as u64).wrapping_mul(1_000_000_000).wrapping_add(stamp.tv_nsec as u64)
        }
    }
}

impl Default for Inbox {
    fn default() -> Self {
        Self::new()
    }
}

fn address_of(storage: &libc::sockaddr_storage) -> Option<SocketAddr> {
    let pointer = ptr::from_ref(storage);
    match i32::from(storage.ss_family) {
        // SAFETY: the family says which of the address structures the storage holds, and it is large
        // and aligned enough for each.
        libc::AF_INET => unsafe {
            let address = &*pointer.cast::<libc::sockaddr_in>();
            let ip = Ipv4Addr::from(u32::from_be(address.sin_addr.s_addr));
            Some(SocketAddr::new(IpAddr::V4(ip), u16::from_be(address.sin_port)))
        },
        // SAFETY: as above.
        libc::AF_INET6 => unsafe {
            let address = &*pointer.cast::<libc::sockaddr_in6>();
            let ip = Ipv6Addr::from(address.sin6_addr.s6_addr);
            Some(SocketAddr::new(IpAddr::V6(ip), u16::from_be(address.sin6_port)))
        },
        _ => None,
    }
}

/// Open a socket on `address`; one for sound has its packets marked for the network (RFC 2474).
pub fn open(address: IpAddr, port: u16, dscp: Option<u8>) -> io::Result<UdpSocket> {
    let socket = UdpSocket::bind(SocketAddr::new(address, port))?;
    if let Some(dscp) = dscp {
        let class = libc::c_int::from(dscp & 0x3F) << 2;
        let fd = socket.as_raw_fd();
        set_option(fd, libc::SOL_SOCKET, libc::SO_TIMESTAMPNS, 1)?;
        // Marking is a wish: a kernel that refuses it still carries the call.
        let _ = match address {
            IpAddr::V4(_) => set_option(fd, libc::IPPROTO_IP, libc::IP_TOS, class),
            IpAddr::V6(_) => set_option(fd, libc::IPPROTO_IPV6, libc::IPV6_TCLASS, class),
        };
    }
    Ok(socket)
}

fn set_option(fd: RawFd, level: libc::c_int, name: libc::c_int, value: libc::c_int) -> io::Result<()> {
    // SAFETY: the option value is one int and its length is told.
    let result = unsafe {
        libc::setsockopt(fd, level, name, (&raw const value).cast(), size_of::<libc::c_int>() as _)
    };
    if result == 0 {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

/// Let the socket hear everybody again, after `connect` had tied it to one source.
pub fn disconnect(socket: &UdpSocket) {
    // SAFETY: an all-zero sockaddr is valid and names the family AF_UNSPEC, which dissolves the association.
    unsafe {
        let nobody: libc::sockaddr = zeroed();
        libc::connect(socket.as_raw_fd(), &raw const nobody, size_of::<libc::sockaddr>() as _);
    }
}

/// Let the calling thread go before others where that is allowed: late audio is lost audio. In real time it goes
/// before everything that is not.
pub fn hurry(realtime: bool) {
    let priority = libc::sched_param { sched_priority: 1 };
    // SAFETY: plain system calls on the calling thread; a refusal changes nothing.
    unsafe {
        if !realtime || libc::sched_setscheduler(0, libc::SCHED_RR, &raw const priority) != 0 {
            libc::setpriority(libc::PRIO_PROCESS, 0, -10);
        }
    }
}

/// Bytes that nobody outside can guess: SSRC, first sequence number, first timestamp.
pub fn random<const LENGTH: usize>() -> [u8; LENGTH] {
    let mut bytes = [0; LENGTH];
    // SAFETY: the kernel writes at most the length told; so few bytes (less than 256) are never given in part.
    unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    bytes
}

/// Random bytes for keys: an error where the kernel has none to give.
pub fn fill_random(bytes: &mut [u8]) -> io::Result<()> {
    // SAFETY: the kernel writes at most the length told.
    let given = unsafe { libc::getrandom(bytes.as_mut_ptr().cast(), bytes.len(), 0) };
    if usize::try_from(given) == Ok(bytes.len()) {
        Ok(())
    } else {
        Err(io::Error::last_os_error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EF: Option<u8> = Some(46);
    const HOME: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);

    #[test]
    fn a_batch_with_sources_and_times() {
        let (a, b) = (open(HOME, 0, EF).unwrap(), open(HOME, 0, None).unwrap());
        let mut inbox = Inbox::new();
        assert_eq!(inbox.receive(&a, true), 0);
        for length in [0, 5, 3000] {
            b.send_to(&vec![7; length], a.local_addr().unwrap()).unwrap();
        }
        assert_eq!(inbox.receive(&a, true), 3);
        assert_eq!(inbox.source(1), Some(b.local_addr().unwrap()));
        assert_eq!((inbox.data(0).len(), inbox.data(1).len(), inbox.data(2).len()), (0, 5, MTU));
        assert!(inbox.is_cut(2) && !inbox.is_cut(1));
        assert!(inbox.arrival(1) >= inbox.arrival(0) && inbox.arrival(0) > 0);
    }

    #[test]
    fn a_connected_socket_hears_one_source_until_disconnected() {
        // Only a port that was asked for by number outlives the disconnection.
        let free = open(HOME, 0, None).unwrap().local_addr().unwrap().port();
        let a = open(HOME, free, EF).unwrap();
        let (b, c) = (open(HOME, 0, None).unwrap(), open(HOME, 0, None).unwrap());
        let here = a.local_addr().unwrap();
        a.connect(b.local_addr().unwrap()).unwrap();
        let mut inbox = Inbox::new();
        c.send_to(b"x", here).unwrap();
        assert_eq!(inbox.receive(&a, true), 0);
        disconnect(&a);
        assert_eq!(a.local_addr().unwrap(), here);
        let c = open(HOME, 0, None).unwrap();
        c.send_to(b"x", here).unwrap();
        assert_eq!(inbox.receive(&a, true), 1);
    }
}
