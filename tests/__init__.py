"""The tests: stories on every channel, rules, channels, database, scheduler, web, architecture."""
