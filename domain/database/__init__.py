"""PostgreSQL itself: engine, roles, row-level security, inbox, outbox, ticks and the server of our own."""
