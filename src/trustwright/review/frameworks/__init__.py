"""Facts become routes: one module per web framework."""
