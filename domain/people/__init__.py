"""People: customers and staff, their names, telephone numbers, languages and roles."""
