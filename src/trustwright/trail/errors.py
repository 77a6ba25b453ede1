"""The root of the errors of the audit trail."""


class TrailError(Exception):
    """Something the caller can put right: one sentence with what is wrong, where, and what to do next."""
