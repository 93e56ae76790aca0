"""The pages: each asks the API's own functions and renders a template."""
