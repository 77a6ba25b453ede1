"""Takes events over HTTP, for whatever is not Python."""
