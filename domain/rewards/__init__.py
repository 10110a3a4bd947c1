"""Rewards: what points can get, redemptions, and the coupons that staff take at the counter."""
