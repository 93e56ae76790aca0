"""scoring.yaml, okrs.yaml and scoring.tests.yaml → the rules of the core."""
