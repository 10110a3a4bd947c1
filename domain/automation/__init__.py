"""Automation: rules that a clinic made itself, run after the built-in reactions to a fact."""
