"""The contract between syncd and a tracker: `protocol`, the five `errors`, and how connectors are found (`registry`)."""
