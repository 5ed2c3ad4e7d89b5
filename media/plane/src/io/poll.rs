//! Readiness and wake-ups: epoll with a deadline finer than a millisecond, and eventfd.

use std::io;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

pub const READY: usize = 256;

pub struct Poll {
    epoll: OwnedFd,
    events: [libc::epoll_event; READY],
    /// Kernels before 5.11 lack epoll_pwait2; there the deadline is rounded up to a millisecond.
    fine: bool,
}

impl Poll {
    pub fn new() -> io::Result<Self> {
        // SAFETY: a plain system call; the descriptor it returns is owned by nobody else.
        let epoll = unsafe { owned(libc::epoll_create1(libc::EPOLL_CLOEXEC))? };
        Ok(Self { epoll, events: [libc::epoll_event { events: 0, u64: 0 }; READY], fine: true })
    }

    /// Watch for reading, told once per arrival (edge-triggered): the reader must drain.
    pub fn watch(&self, fd: RawFd, token: u64) {
        self.add(fd, token, libc::EPOLLIN | libc::EPOLLET);
    }

    /// Watch for reading, told as long as something waits: the reader may take one at a time.
    pub fn watch_each(&self, fd: RawFd, token: u64) {
        self.add(fd, token, libc::EPOLLIN);
    }

    fn add(&self, fd: RawFd, token: u64, events: libc::c_int) {
        let mut event = libc::epoll_event { events: events as u32, u64: token };
        // SAFETY: `event` lives through the call; a bad descriptor is refused by the kernel.
        unsafe { libc::epoll_ctl(self.epoll.as_raw_fd(), libc::EPOLL_CTL_ADD, fd, &raw mut event) };
    }

    pub fn forget(&self, fd: RawFd) {
        // SAFETY: deletion takes no event; a descriptor that is not watched is refused by the kernel.
        unsafe { libc::epoll_ctl(self.epoll.as_raw_fd(), libc::EPOLL_CTL_DEL, fd, std::ptr::null_mut()) };
    }

    /// Wait until something is ready or the time is up; how many tokens are ready.
    pub fn wait(&mut self, limit: Option<Duration>) -> usize {
        if self.fine {
            match self.wait_fine(limit) {
                Ok(count) => return count,
                Err(error) if error.raw_os_error() == Some(libc::ENOSYS) => self.fine = false,
                Err(_) => return 0,
            }
        }
        let milliseconds = limit.map_or(-1, |d| d.as_micros().div_ceil(1000).min(60_000) as libc::c_int);
        // SAFETY: the kernel writes at most READY events into an array of that length.
        let count = unsafe {
            libc::epoll_wait(self.epoll.as_raw_fd(), self.events.as_mut_ptr(), READY as _, milliseconds)
        };
        usize::try_from(count).unwrap_or(0)
    }

    fn wait_fine(&mut self, limit: Option<Duration>) -> io::Result<usize> {
        let time = limit.map(|d| libc::timespec { tv_sec: d.as_secs() as _, tv_nsec: d.subsec_nanos() as _ });
        let pointer = time.as_ref().map_or(std::ptr::null(), std::ptr::from_ref);
        // SAFETY: the kernel writes at most READY events; the timespec outlives the call; no signal mask.
        let count = unsafe {
            libc::syscall(
                libc::SYS_epoll_pwait2,
                self.epoll.as_raw_fd(),
                self.events.as_mut_ptr(),
                READY,
                pointer,
                std::ptr::null::<libc::sigset_t>(),
                0usize,
            )
        };
        usize::try_from(count).map_err(|_| io::Error::last_os_error())
    }

    pub fn token(&self, index: usize) -> u64 {
        self.events[index].u64
    }
}

/// A counter that wakes whoever polls it.
#[derive(Debug)]
pub struct Bell {
    fd: OwnedFd,
}

impl Bell {
    pub fn new() -> io::Result<Self> {
        // SAFETY: a plain system call; the descriptor it returns is owned by nobody else.
        let fd = unsafe { owned(libc::eventfd(0, libc::EFD_CLOEXEC | libc::EFD_NONBLOCK))? };
        Ok(Self { fd })
    }

    pub fn ring(&self) {
        let one = 1u64;
        // SAFETY: eight bytes are read from `one`. The counter cannot overflow: it is read back each time.
        unsafe { libc::write(self.fd.as_raw_fd(), (&raw const one).cast(), 8) };
    }

    pub fn silence(&self) {
        let mut count = 0u64;
        // SAFETY: eight bytes are written to `count`; an unrung bell gives EAGAIN.
        unsafe { libc::read(self.fd.as_raw_fd(), (&raw mut count).cast(), 8) };
    }

    pub fn fd(&self) -> RawFd {
        self.fd.as_raw_fd()
    }
}

/// # Safety
/// `fd` must be a fresh descriptor from the kernel, or negative.
unsafe fn owned(fd: libc::c_int) -> io::Result<OwnedFd> {
    if fd < 0 {
        return Err(io::Error::last_os_error());
    }
    // SAFETY: promised by the caller.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bell_wakes_the_poll_once() {
        let (mut poll, bell) = (Poll::new().unwrap(), Bell::new().unwrap());
        poll.watch(bell.fd(), 7);
        assert_eq!(poll.wait(Some(Duration::from_micros(100))), 0);
        bell.ring();
        assert_eq!(poll.wait(None), 1);
        assert_eq!(poll.token(0), 7);
        bell.silence();
        assert_eq!(poll.wait(Some(Duration::ZERO)), 0);
    }
}
