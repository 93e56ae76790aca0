"""Issue → backlog item, or a listed problem."""
