"""Mirrors follow the trackers: when, from where, and what webhooks hinted at."""
