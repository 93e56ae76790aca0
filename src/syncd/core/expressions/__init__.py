"""The rule language: text → checked tree → Python for one item, numpy for all; and the names and functions it knows."""
