"""Loyalty: points kept in lots, debt after refunds, and membership tiers."""
