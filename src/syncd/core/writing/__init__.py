"""Ranked work → what each source should show, and the edits, moves and skips that get there."""
