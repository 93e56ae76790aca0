"""The sources of syncd.yaml: what their words mean, what is written where and when."""
