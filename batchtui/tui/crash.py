"""What happens to an error that nobody foresaw: the whole of it to the log, three lines to people.

No local variables are written anywhere: a key might be in them. It is taken out of what an error
says.
"""

from __future__ import annotations

import traceback
from datetime import UTC, datetime
from pathlib import Path

from batchtui import __version__, paths
from batchtui.config import masked

LOG_BYTES = 5 * 1024 * 1024


def record(error: BaseException) -> Path | None:
    """Append the traceback of `error` to the log; its path, None when that can not be written."""
    path = paths.log_file()
    when = datetime.now(UTC).isoformat(timespec="seconds")
    text = masked("".join(traceback.format_exception(error)))
    try:
        paths.private(path.parent)
        if path.exists() and path.stat().st_size > LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        with path.open("a", encoding="utf-8", errors="backslashreplace") as log:
            log.write(f"{when} batchtui {__version__}\n{text}\n")
        path.chmod(0o600)
    except OSError:
        return None
    return path


def text_for(error: BaseException, log: Path | None) -> str:
    """Three lines for the terminal after the app has closed."""
    where = f"The whole story is in {log}" if log else "The log could not be written"
    return (
        f"batchtui stopped: an unexpected {type(error).__name__}.\n"
        f"{where}\n"
        "Please report it with that file; it holds no keys."
    )
