"""Whose value stands where syncd writes, and what it may write and when."""
