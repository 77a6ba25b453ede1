"""The one root of every error that a user is meant to read."""


class TrustwrightError(Exception):
    """Something the user can put right.

    The message is one sentence that says what is wrong, where (file, line, field), and what to do next. The command
    line prints it without a traceback and ends with exit code 2.
    """
