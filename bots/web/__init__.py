"""The aiohttp server: webhooks, pictures, health. One file a noun."""
