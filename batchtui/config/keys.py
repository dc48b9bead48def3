"""Where a key comes from: the environment, a command, the keyring of the operating system.

A source is data and safe to show; the key is fetched when a connection is made, not before, since
a command may ask the user and a keyring may be locked.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from dataclasses import dataclass, field
from types import ModuleType
from typing import Final, Literal

from batchtui.errors import UsageError

KEYRING_SERVICE: Final = "batchtui"
COMMAND_TIMEOUT_S: Final = 60.0
MASK: Final = "***"
SHORTEST_CHARS: Final = 8


@dataclass(frozen=True, slots=True)
class Secret:
    """A key. Only `reveal` gives it away, and only `client/` and `gateway/` may call that."""

    _value: str = field(repr=False)

    def __post_init__(self) -> None:
        never_show(self._value)

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


_never_shown: Final[set[str]] = set()


def never_show(*secrets: str) -> None:
    """Remember what `masked` takes out of a text. Words shorter than 8 characters are no secrets:
    a server without keys gets `none` as one.
    """
    _never_shown.update(each for each in secrets if len(each) >= SHORTEST_CHARS)


def masked(text: str) -> str:
    """`text` without any secret of this process: for words that nobody chose, as a traceback's."""
    for secret in sorted(_never_shown, key=len, reverse=True):
        text = text.replace(secret, MASK)
    return text


@dataclass(frozen=True, slots=True)
class KeySource:
    """`env`: a variable's name; `command`: what prints the key; `keyring`: the profile's name."""

    kind: Literal["env", "command", "keyring"]
    value: str

    def __str__(self) -> str:
        """For a title: the variable, or the program, never its arguments."""
        if self.kind == "env":
            return self.value
        if self.kind == "keyring":
            return "keyring"
        return f"command {shlex.split(self.value)[0]}"

    def fetch(self) -> Secret:
        """The key, now. May take long, so not on the event loop. Raises UsageError."""
        if self.kind == "env":
            value = os.environ.get(self.value, "")
        elif self.kind == "keyring":
            value = _from_keyring(self.value)
        else:
            value = _from_command(self.value)
        if not value.strip():
            raise UsageError(f"there is no key: {self} gives none", hint=_HINTS[self.kind])
        return Secret(value.strip())


_HINTS: Final = {
    "env": "set the variable, or name another with api_key_env",
    "command": "run the command by hand: it must print the key",
    "keyring": "store it with: batchtui profiles set-key NAME",
}


def store_in_keyring(profile: str, key: Secret) -> None:
    """Raises UsageError when there is no keyring."""
    keyring = _keyring()
    try:
        keyring.set_password(KEYRING_SERVICE, profile, key.reveal())
    except Exception as error:
        raise _keyring_error(error) from None


def _from_keyring(profile: str) -> str:
    keyring = _keyring()
    try:
        value: str | None = keyring.get_password(KEYRING_SERVICE, profile)
    except Exception as error:
        raise _keyring_error(error) from None
    return value or ""


def _keyring() -> ModuleType:
    try:
        import keyring
    except ImportError:
        raise UsageError(
            "the keyring of the operating system needs the package `keyring`",
            hint="pip install keyring, or use api_key_env or api_key_command",
        ) from None
    return keyring


def _keyring_error(error: Exception) -> UsageError:
    return UsageError(
        f"the keyring cannot be used: {type(error).__name__}",
        hint="a server has often none: use api_key_env or api_key_command there",
    )


def _from_command(command: str) -> str:
    """What `command` prints. It runs without a shell; what it says on stderr the user sees."""
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command
            shlex.split(command),
            stdout=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )
    except (OSError, ValueError) as error:
        raise UsageError(f"api_key_command cannot be run: {error}") from None
    except subprocess.TimeoutExpired:
        raise UsageError(
            f"api_key_command printed no key within {COMMAND_TIMEOUT_S:.0f} s",
            hint="run it by hand: does it wait for an answer?",
        ) from None
    if done.returncode:
        raise UsageError(
            f"api_key_command failed with exit code {done.returncode}", hint=_HINTS["command"]
        )
    return done.stdout
