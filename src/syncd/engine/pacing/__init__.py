"""The only retry and the only sleep, the gate for writes, and what servers say about limits."""
