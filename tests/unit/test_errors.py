"""The tree of errors and the exit codes it stands for."""

from __future__ import annotations

import pytest

import batchtui
from batchtui import errors
from batchtui.errors import ExitCode


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (errors.BatchtuiError, 1),
        (errors.UsageError, 2),
        (errors.InputError, 3),
        (errors.AuthenticationError, 4),
        (errors.PermissionDeniedError, 4),
        (errors.NotFoundError, 5),
        (errors.ServerError, 5),
        (errors.ConnectionFailedError, 5),
        (errors.NotKnownError, 7),
    ],
)
def test_exit_codes(error: type[errors.BatchtuiError], code: int) -> None:
    assert error("x").exit_code == code


def test_some_failed_and_interrupted() -> None:
    assert (ExitCode.SOME_FAILED, ExitCode.INTERRUPTED) == (6, 130)


def test_the_public_names_are_there() -> None:
    for name in batchtui.__all__:
        assert getattr(batchtui, name) is not None
    with pytest.raises(AttributeError, match="nothing_such"):
        getattr(batchtui, "nothing_such")  # noqa: B009
