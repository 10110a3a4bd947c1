"""Where a person is in a conversation, and what they said that nobody understood."""
