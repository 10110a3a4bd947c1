"""Payments: what is owed, what was paid, how, and who had to confirm it."""
