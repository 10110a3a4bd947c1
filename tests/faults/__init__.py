"""Faults from outside: the real program as a process of its own, killed at the worst moments."""
