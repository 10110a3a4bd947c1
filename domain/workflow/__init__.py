"""Workflow: the journey of one person through one treatment plan, from lead to closed."""
