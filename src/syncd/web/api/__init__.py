"""The JSON API, version 1. Pages are rendered from the same answers, so what a page shows a program can read."""
