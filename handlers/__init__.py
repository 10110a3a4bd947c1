"""The conversation: channel-neutral, no I/O of its own, one file a noun; the words live in `locales/`."""
