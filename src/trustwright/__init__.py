"""SOC 2 as software: read a repository, collect evidence, keep the audit log, test every control."""

__version__ = "0.1.0"
