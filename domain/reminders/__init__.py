"""Reminders: what a salesperson wants to be reminded of, and messages to customers that leave later."""
