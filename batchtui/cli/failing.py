"""How a command fails: one sentence on stderr, what to do about it, and an exit code."""

from __future__ import annotations

import errno
import logging
import os
import sys
from contextlib import suppress
from typing import Any, Final

import click

from batchtui import paths
from batchtui.config import masked
from batchtui.errors import ApiError, BatchtuiError, ExitCode, InputError
from batchtui.visible import visible

_FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


class Failing(click.Group):
    """A group whose commands may raise `BatchtuiError`."""

    def invoke(self, ctx: click.Context) -> Any:
        try:
            return super().invoke(ctx)
        except BatchtuiError as error:
            say(error)
            raise SystemExit(error.exit_code) from None
        except (KeyboardInterrupt, click.Abort):
            click.echo("batchtui: interrupted", err=True)
            raise SystemExit(ExitCode.INTERRUPTED) from None
        except BrokenPipeError:
            # The reader of our output went away, as `head` does: no error of anybody's.
            sys.stderr.close()
            raise SystemExit(ExitCode.DONE) from None
        except (click.ClickException, click.exceptions.Exit):
            raise
        except OSError as error:
            raise SystemExit(_unwritable(error) or _unexpected(error)) from None
        except Exception as error:
            raise SystemExit(_unexpected(error)) from None


def _unwritable(error: OSError) -> ExitCode | None:
    """Where the output goes takes no more; None for any other error."""
    if error.filename is not None or error.errno not in _FULL:
        return None
    say(InputError(f"cannot write: {error.strerror}"))
    with suppress(OSError, ValueError):  # or Python would try once more, and complain
        null = os.open(os.devnull, os.O_WRONLY)
        os.dup2(null, sys.stdout.fileno())
    return InputError.exit_code


def say(error: BatchtuiError) -> None:
    """The error as a person reads it, on stderr."""
    click.echo(f"batchtui: {visible(error.message)}", err=True)
    if isinstance(error, ApiError) and error.request_id:
        click.echo(f"  request id: {visible(error.request_id)}", err=True)
    if error.hint:
        click.echo(f"  {visible(error.hint)}", err=True)


class _Masked(logging.Formatter):
    """A key may stand in what an error says, which nobody chose."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def _unexpected(error: Exception) -> ExitCode:
    log = paths.log_file()
    try:
        paths.private(log.parent)
        handler = logging.FileHandler(log, encoding="utf-8")
    except OSError:
        where = ""
    else:
        logger = logging.Logger("batchtui")
        logger.addHandler(handler)
        handler.setFormatter(_Masked("%(asctime)s %(message)s"))
        logger.error("unexpected error", exc_info=error)
        handler.close()
        where = f"  the details are in {log}"
    words = visible(masked(str(error)))[:300]
    click.echo(f"batchtui: unexpected {type(error).__name__}: {words}", err=True)
    if where:
        click.echo(where, err=True)
    return ExitCode.UNEXPECTED
