"""`syncd doctor`: each source, and this machine."""
