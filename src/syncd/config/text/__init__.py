"""The three files as people write them, as strict pydantic models. What they mean is made of them in `config`."""
