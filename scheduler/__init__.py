"""The scheduler: what happens because time passes."""
