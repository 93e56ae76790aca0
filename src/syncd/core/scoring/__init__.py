"""Work → scores, all at once and in columns, and the receipt of each."""
