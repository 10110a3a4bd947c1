"""Appointments: when, where and with whom; a time, a room and a person are taken once."""
