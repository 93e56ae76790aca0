"""Measures of key results: where they may go, how each is asked, and when."""
