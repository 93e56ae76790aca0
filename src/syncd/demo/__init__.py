"""What a newcomer sees first: a believable backlog, the two trackers that hold it, and a person who works in them."""
