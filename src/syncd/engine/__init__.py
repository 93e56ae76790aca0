"""The daemon's work: pull, decide, apply, settle; pacing, stopping and what people are told about it."""
