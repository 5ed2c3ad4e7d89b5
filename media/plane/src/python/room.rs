//! A room as Python commands it.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::port::PyPort;
use crate::command::Command;
use crate::plane::{Plane, RoomHandle};
use crate::samples::roles::Role;

#[pyclass(name = "Room", module = "media._plane", frozen)]
pub struct PyRoom {
    pub plane: Arc<Plane>,
    pub handle: RoomHandle,
}

/// A role by its number in media/room.py; `towards` is the port that a whisperer is heard by.
fn role_of(role: u8, towards: Option<u32>) -> PyResult<Role> {
    match (role, towards) {
        (0, _) => Ok(Role::Talker),
        (1, _) => Ok(Role::Listener),
        (2, Some(towards)) => Ok(Role::Whisperer { towards }),
        _ => Err(PyValueError::new_err("not a role")),
    }
}

/// Decibels in tenths; the mixer holds what it takes within its limits.
fn tenths(gain: f64) -> i16 {
    (gain * 10.0).round() as i16
}

#[pymethods]
impl PyRoom {
    fn join(&self, port: &PyPort, role: u8, gain: f64, towards: Option<u32>) -> PyResult<()> {
        self.plane.join_room(&self.handle, &port.handle, role_of(role, towards)?, tenths(gain));
        Ok(())
    }

    fn set_role(&self, port: &PyPort, role: u8, gain: f64, towards: Option<u32>) -> PyResult<()> {
        let (role, gain) = (role_of(role, towards)?, tenths(gain));
        let command = Command::SetRole { room: self.handle.id, port: port.handle.id, role, gain };
        self.plane.send_to_room(&self.handle, command);
        Ok(())
    }

    fn leave(&self, port: &PyPort) {
        let command = Command::LeaveRoom { room: self.handle.id, port: port.handle.id };
        self.plane.send_to_room(&self.handle, command);
    }

    fn close(&self) {
        self.plane.send_to_room(&self.handle, Command::CloseRoom { room: self.handle.id });
    }
}
