"""Tests of the channels: each by itself, each against its emulated platform, and what sending means."""
