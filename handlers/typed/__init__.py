"""What people type, understood: numbers, hours, dates and days. `handlers/moments.py` puts them together."""
