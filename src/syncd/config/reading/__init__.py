"""Text → values that know where they stand, and what is wrong with them in one sentence each."""
