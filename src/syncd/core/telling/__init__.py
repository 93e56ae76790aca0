"""What people are told without having asked: few messages, each with what to do next."""
