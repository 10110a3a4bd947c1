"""Alembic migrations, run by `aura db upgrade` as the owner; forward only in production.

Every revision must be safe to run while the previous release still serves.
"""
