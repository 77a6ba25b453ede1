"""Facts and routes become findings: one module per rule."""
