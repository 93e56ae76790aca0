"""A plan goes out and comes back as verdicts; and what takes writes back."""
