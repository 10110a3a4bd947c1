"""Approvals: what one person asked for and a second one decides."""
