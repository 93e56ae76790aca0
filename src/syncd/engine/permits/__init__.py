"""What may be written now and why not: people's decisions, windows, and whose place it is."""
