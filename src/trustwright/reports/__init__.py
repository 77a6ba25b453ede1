"""What was found becomes bytes: one module per format."""
