"""Courses: treatments that were paid for and can still be had, counted one by one."""
