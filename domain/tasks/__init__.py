"""Tasks: one piece of work offered to staff, accepted, done and written down."""
