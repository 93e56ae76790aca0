"""The text that people write, read strictly: YAML with positions → settings, rules and sources, or every mistake at once."""
