"""`config.toml`: what it may say. A wrong word is an error that names the file and the line."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, NoReturn
from urllib.parse import urlsplit

from batchtui.config.environment import checked_url, guess_kind, key_from_environment
from batchtui.config.keys import KeySource, Secret
from batchtui.config.profile import KINDS, Kind, Profile
from batchtui.errors import UsageError

_TEXT: Final = (str,)
_NUMBER: Final = (int, float)
_KEYS: Final[Mapping[str, tuple[type, ...]]] = {
    "base_url": _TEXT,
    "kind": _TEXT,
    "provider": _TEXT,
    "model": _TEXT,
    "target_model_names": _TEXT,
    "api_key_env": _TEXT,
    "api_key_command": _TEXT,
    "api_key_keyring": (bool,),
    "headers": (dict,),
    "organization": _TEXT,
    "project": _TEXT,
    "refresh_s": _NUMBER,
    "confirm_above_usd": _NUMBER,
    "max_lines": (int,),
    "max_size_bytes": (int,),
    "max_enqueued_tokens": (int,),
    "max_open_batches": (int,),
    "proxy": _TEXT,
    "ca_file": _TEXT,
    "client_cert": _TEXT,
    "client_key": _TEXT,
    "read_only": (bool,),
}
_LEAST: Final = {
    "refresh_s": 1,
    "confirm_above_usd": 0,
    "max_lines": 1,
    "max_size_bytes": 1,
    "max_enqueued_tokens": 1,
    "max_open_batches": 1,
}
_TOP_LEVEL: Final = ("default_profile", "profiles", "app", "keys")
_WORDS: Final = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
_PROXY_SCHEMES: Final = ("http", "https", "socks5", "socks5h")
_WRITTEN_KEYS: Final = ("api_key", "key", "token")
_NO_KEY_HERE: Final = (
    "no key stands in this file: say where it comes from, with api_key_env, api_key_command or "
    "api_key_keyring"
)
_KEY_SOURCES: Final = ("api_key_env", "api_key_command", "api_key_keyring")


@dataclass(frozen=True, slots=True)
class Document:
    """A configuration file, read and found to be TOML; empty when there is none."""

    path: Path
    text: str
    default: str | None
    tables: Mapping[str, Any]
    app: Mapping[str, Any] = field(default_factory=dict)
    keys: Mapping[str, Any] = field(default_factory=dict)

    @property
    def names(self) -> list[str]:
        return list(self.tables)

    def profile(self, name: str) -> Profile:
        """The profile of that name. Raises UsageError for one that is missing or wrong."""
        table = self.tables.get(name)
        if table is None:
            known = ", ".join(self.names) or "none"
            raise UsageError(f"no profile named {name!r}", hint=f"profiles in {self.path}: {known}")
        if not isinstance(table, dict):
            self._refuse(name, None, "is not a table: write [profiles.NAME]")
        self._check(name, table)
        url = checked_url(table["base_url"], self._where(name, "base_url"))
        kind: Kind = next((each for each in KINDS if each == table.get("kind")), guess_kind(url))
        key, source = self._key(name, table, kind)
        return Profile(
            name=name,
            base_url=url,
            kind=kind,
            provider=table.get("provider"),
            model=table.get("model"),
            target_model_names=table.get("target_model_names"),
            api_key=key,
            key_source=source,
            headers=table.get("headers", {}),
            organization=table.get("organization"),
            project=table.get("project"),
            refresh_s=float(table.get("refresh_s", 10)),
            confirm_above_usd=float(table.get("confirm_above_usd", 10)),
            max_lines=table.get("max_lines"),
            max_size_bytes=table.get("max_size_bytes"),
            max_enqueued_tokens=table.get("max_enqueued_tokens"),
            max_open_batches=table.get("max_open_batches"),
            proxy=table.get("proxy"),
            ca_file=self._file(name, table, "ca_file"),
            client_cert=self._file(name, table, "client_cert"),
            client_key=self._file(name, table, "client_key"),
            read_only=table.get("read_only", False),
        )

    def _check(self, name: str, table: Mapping[str, Any]) -> None:
        for key, value in table.items():
            types = _KEYS.get(key)
            if types is None:
                hint = _NO_KEY_HERE if key in _WRITTEN_KEYS else f"keys: {', '.join(_KEYS)}"
                self._refuse(name, key, "is not a key", hint=hint)
            if not isinstance(value, types) or (isinstance(value, bool) and bool not in types):
                self._refuse(name, key, f"must be {_WORDS.get(types[0], 'a table')}")
        if "base_url" not in table:
            self._refuse(name, None, "has no base_url")
        if "kind" in table and table["kind"] not in KINDS:
            self._refuse(name, "kind", f"must be one of {', '.join(KINDS)}")
        if not all(isinstance(value, str) for value in table.get("headers", {}).values()):
            self._refuse(name, "headers", "must be a table of text")
        for key, least in _LEAST.items():
            if table.get(key, least) < least:
                self._refuse(name, key, f"must be at least {least}")
        given = [key for key in _KEY_SOURCES if table.get(key)]
        if len(given) > 1:
            self._refuse(name, given[1], f"stands beside {given[0]}: a key has one source")
        if "api_key_command" in table and not _words(table["api_key_command"]):
            self._refuse(name, "api_key_command", "is no command line")
        if "proxy" in table and not _is_proxy(table["proxy"]):
            self._refuse(name, "proxy", "is no URL of a proxy, as http://host:3128")
        both = table.get("provider") and table.get("model")
        if both and table.get("kind") not in ("azure", "openai"):
            self._refuse(
                name,
                "model",
                "stands beside provider",
                hint="a LiteLLM proxy goes by the one or by the other: leave one out",
            )
        if ("client_key" in table) and ("client_cert" not in table):
            self._refuse(name, "client_key", "needs client_cert")

    def _key(
        self, name: str, table: Mapping[str, Any], kind: Kind
    ) -> tuple[Secret | None, KeySource | None]:
        if "api_key_env" in table:
            return None, KeySource("env", table["api_key_env"])
        if "api_key_command" in table:
            return None, KeySource("command", table["api_key_command"])
        if table.get("api_key_keyring"):
            return None, KeySource("keyring", name)
        return key_from_environment(kind)

    def _file(self, name: str, table: Mapping[str, Any], key: str) -> Path | None:
        if key not in table:
            return None
        path = (self.path.parent / Path(table[key]).expanduser()).absolute()
        if not path.is_file():
            self._refuse(name, key, f"is no file: {path}")
        return path

    def _where(self, name: str, key: str | None) -> str:
        line = line_of(self.text, name, key)
        subject = f"profiles.{name}" if key is None else f"profiles.{name}: {key}"
        return f"{self.path}:{line}: {subject}" if line else f"{self.path}: {subject}"

    def _refuse(
        self, name: str, key: str | None, what: str, *, hint: str | None = None
    ) -> NoReturn:
        raise UsageError(f"{self._where(name, key)} {what}", hint=hint)


def read(path: Path) -> Document:
    """The document at `path`. Raises UsageError when it cannot be read or is not TOML."""
    try:
        text = path.read_text(encoding="utf-8")
    except (FileNotFoundError, NotADirectoryError):
        return Document(path, "", None, {})
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None
    import tomllib

    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: {error}", hint="correct the TOML there") from None
    for key in data:
        if key not in _TOP_LEVEL:
            line = _line_matching(text.splitlines(), rf"\s*\[?{re.escape(key)}\b")
            raise UsageError(f"{path}:{line}: {key} is not a key", hint=home_of(key, _TOP_LEVEL))
    profiles, default = data.get("profiles", {}), data.get("default_profile")
    if not isinstance(profiles, dict):
        raise UsageError(f"{path}: profiles is not a table: write [profiles.NAME]")
    app, keys = data.get("app", {}), data.get("keys", {})
    for name, table in (("app", app), ("keys", keys)):
        if not isinstance(table, dict):
            raise UsageError(f"{path}: {name} is not a table: write [{name}]")
    if default is not None and not isinstance(default, str):
        raise UsageError(f"{path}: default_profile must be the name of a profile")
    return Document(path, text, default, profiles, app, keys)


def home_of(key: str, keys: Sequence[str]) -> str:
    """Where `key` belongs, which is none of `keys`, that stand there; else which do."""
    if key in _KEYS:
        return "it belongs to a profile: write it under [profiles.NAME]"
    return f"keys: {', '.join(keys)}"


def line_of(text: str, name: str, key: str | None) -> int:
    """The line, from 1, of a profile's header or of a key in it; 0 where it cannot be told."""
    lines = text.splitlines()
    quoted = f"""["']?{re.escape(name)}["']?"""
    header = _line_matching(lines, rf"\s*\[\s*profiles\s*\.\s*{quoted}\s*[\].]")
    if key is None or not header:
        return header
    inside = lines[header:]
    end = next((at for at, line in enumerate(inside) if re.match(r"\s*\[[^\]]+\]\s*$", line)), None)
    below = _line_matching(inside[:end], rf"""\s*["']?{re.escape(key)}["']?\s*[=.]""")
    table = _line_matching(lines, rf"\s*\[\s*profiles\s*\.\s*{quoted}\s*\.\s*{re.escape(key)}\s*\]")
    return header + below if below else table or header


def _line_matching(lines: list[str], pattern: str) -> int:
    return next((at for at, line in enumerate(lines, start=1) if re.match(pattern, line)), 0)


def _is_proxy(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in _PROXY_SCHEMES and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False


def _words(command: str) -> list[str]:
    try:
        return shlex.split(command)
    except ValueError:
        return []
