"""For people who write the files: a start, situations, schemas, where a value comes from, other values tried."""
