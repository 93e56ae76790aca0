"""Items → pieces of work: twins, parents, blockers and outcomes."""
