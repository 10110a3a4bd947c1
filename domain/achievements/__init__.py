"""Achievements: badges that follow from what a person has done at the clinic."""
