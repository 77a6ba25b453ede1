"""Files become plain facts: one module per language or format."""
