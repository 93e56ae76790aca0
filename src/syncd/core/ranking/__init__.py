"""Scores → one order, its horizons and backlogs."""
