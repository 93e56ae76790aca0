"""The pure core: what an issue means and what should be shown where. No I/O, no clock, no randomness.

The file names are the pipeline: issue → normalize → backlog → link → score → rank → want → plan → safety, read top to bottom in `decide`.
"""
