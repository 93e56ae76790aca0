"""What decisions were made from, so that the next one, or another, can be held against them."""
