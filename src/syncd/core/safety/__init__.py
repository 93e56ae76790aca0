"""Plans that must not run without a person, what they cost, and their parts that may go on."""
