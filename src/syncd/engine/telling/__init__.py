"""What screens, probes and metrics are told."""
