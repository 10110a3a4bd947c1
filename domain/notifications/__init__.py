"""Telling people: notices and edits written into the outbox, in the transaction of what they tell."""
