"""Reads a repository: files become facts, facts become routes and findings."""
