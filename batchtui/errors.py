"""The one tree of errors, with the exit code of the command line each one stands for.

    BatchtuiError
     ├ UsageError                 the command or the configuration is wrong
     ├ InputError                 a local file is wrong, missing or unreadable
     ├ NotKnownError              a batch create whose answer was lost
     └ ApiError                   a server, or the way to it
        ├ ConnectionFailedError   no answer: refused, reset, DNS, TLS
        ├ TimedOutError           no answer in time
        ├ ProtocolError           an answer that is not the Batch API's
        └ StatusError             an answer with an error status
           ├ InvalidRequestError  400, 413, 415, 422 and other 4xx
           ├ AuthenticationError  401
           ├ PermissionDeniedError 403
           ├ NotFoundError        404, 405, 410
           ├ ConflictError        409
           ├ RateLimitedError     429
           └ ServerError          5xx

Every message is for a person: what happened, where, and (`hint`) what to do. No error may carry a
key: messages of servers are shortened and scrubbed where they are parsed, in `client/`.
Must not import anything of batchtui.
"""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    DONE = 0
    UNEXPECTED = 1
    USAGE = 2
    INVALID_INPUT = 3
    AUTHENTICATION = 4
    SERVER = 5
    SOME_FAILED = 6
    NOT_KNOWN = 7
    INTERRUPTED = 130


_COMMANDS = ("batchtui ", "pip ")
"""Hints that begin so are to be typed as they are."""


class BatchtuiError(Exception):
    """`message` is one plain sentence; `hint` is what to do about it, or None."""

    exit_code: ExitCode = ExitCode.UNEXPECTED

    def __init__(self, message: str, *, hint: str | None = None) -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return self.message

    @property
    def sentences(self) -> str:
        """The message, and what to do about it, one after the other."""
        if not self.hint:
            return self.message
        hint = (
            self.hint if self.hint.startswith(_COMMANDS) else self.hint[:1].upper() + self.hint[1:]
        )
        return f"{self.message.rstrip('.')}. {hint}"


class UsageError(BatchtuiError):
    exit_code = ExitCode.USAGE


class InputError(BatchtuiError):
    exit_code = ExitCode.INVALID_INPUT


class NotKnownError(BatchtuiError):
    """The create may have happened: the batch may exist, and cost money, though no answer came."""

    exit_code = ExitCode.NOT_KNOWN


class ApiError(BatchtuiError):
    """Something between us and a server went wrong.

    `status`: HTTP status, None when there was no answer. `request_id`: the server's, for its
    support. `server_message`: the server's own words, dug out of any wrapper. `code`, `param`:
    the server's error code and the field it blames.
    """

    exit_code = ExitCode.SERVER

    def __init__(
        self,
        message: str,
        *,
        hint: str | None = None,
        status: int | None = None,
        request_id: str | None = None,
        server_message: str | None = None,
        code: str | None = None,
        param: str | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.status = status
        self.request_id = request_id
        self.server_message = server_message
        self.code = code
        self.param = param


class ConnectionFailedError(ApiError):
    pass


class TimedOutError(ApiError):
    pass


class ProtocolError(ApiError):
    pass


class StatusError(ApiError):
    """`retry_after_s`: how long the server asks to wait, in seconds, if it said so."""

    retry_after_s: float | None = None


class InvalidRequestError(StatusError):
    pass


class AuthenticationError(StatusError):
    exit_code = ExitCode.AUTHENTICATION


class PermissionDeniedError(StatusError):
    exit_code = ExitCode.AUTHENTICATION


class NotFoundError(StatusError):
    pass


class ConflictError(StatusError):
    pass


class RateLimitedError(StatusError):
    pass


class ServerError(StatusError):
    pass
