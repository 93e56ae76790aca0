"""Beside the steps: what a decision says about outcomes, movement, releases and other rules."""
