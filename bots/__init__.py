"""Every byte to or from LINE, Telegram, HTTP clients, terminals and browsers."""
