"""Results as people read them: tables for terminals, JSON for programs, Markdown for pull requests."""
