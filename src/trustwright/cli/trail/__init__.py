"""Keep an audit log that an outsider can verify: record, prove, search, alert."""

import sys
from typing import Any

import click
import psycopg

from trustwright.cli.main import Commands
from trustwright.errors import TrustwrightError
from trustwright.trail.errors import TrailError


class _Trail(Commands):
    """The commands of the audit trail, whose errors are sentences for the user."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except TrailError as error:
            raise TrustwrightError(str(error)) from error
        except psycopg.OperationalError as error:
            said = str(error).strip().partition("\n")[0]
            raise TrustwrightError(
                f"the database failed ({said}); start it, or check TRUSTWRIGHT_DATABASE_URL."
            ) from error
        except (
            psycopg.errors.UndefinedTable,
            psycopg.errors.InvalidSchemaName,
            psycopg.errors.UndefinedFunction,
        ) as error:
            raise TrustwrightError("the database has no audit log yet; run `trustwright trail init`.") from error
        except psycopg.errors.InsufficientPrivilege as error:
            said = str(error).strip().partition("\n")[0]
            raise TrustwrightError(f"the database refuses this ({said}); connect with the role that may.") from error


command = _Trail(sys.modules[__name__], "Keep an audit log that an outsider can verify.")
