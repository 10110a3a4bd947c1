"""The `aura` command, as an operator types it."""
