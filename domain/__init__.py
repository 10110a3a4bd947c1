"""The clinic's rules: one folder a noun, each with records, pure rules, use cases, SQL and tables."""
