"""Records requests, and lets what is recorded within one know who asked: one module for each kind of server."""
