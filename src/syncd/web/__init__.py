"""What syncd serves over HTTP: webhooks, and later its pages."""
