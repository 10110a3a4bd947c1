"""Follow-ups: messages that time makes due, and what the answers to them mean."""
