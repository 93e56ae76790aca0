"""The loop, and what reaches it from outside: configuration, letters, other replicas."""
