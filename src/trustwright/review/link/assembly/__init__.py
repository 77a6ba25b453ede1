"""Runs the set-up code of a JavaScript server on paper: what is registered where, and in which order."""
