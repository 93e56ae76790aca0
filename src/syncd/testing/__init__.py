"""Public test kit: local HTTP simulators and builders, for our connectors and a stranger's."""
