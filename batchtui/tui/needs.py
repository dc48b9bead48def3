"""Which actions need a call that not every server has, or a profile that may change things.

Owns what is said when that is missing. An action that cannot be done is not offered on the key
line; the help and its key say why. What is not known yet is offered.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual.binding import Binding
from textual.dom import DOMNode

if TYPE_CHECKING:
    from batchtui.tui.connected import ConnectedApp

NEEDS: Final = {
    "batch.cancel": "batch_cancel",
    "batch.input": "file_content",
    "batch.retry": "file_content",
    "batch.save": "file_content",
    "file.open": "file_content",
    "file.download": "file_content",
    "file.delete": "file_delete",
    "go.files": "files_list",
}
CHANGES: Final = frozenset(
    {
        "batch.cancel",
        "batch.retry",
        "create.submit",
        "file.delete",
        "file.upload",
        "job.start",
        "local.upload",
        "several.go",
    }
)
"""What changes the account. A form may be filled in without: it says what is wrong with a file."""


NOT_CONNECTED: Final = "Not connected: press 1 to see how"


def why_not(app: ConnectedApp, binding_id: str | None) -> str | None:
    """Why the action of this binding cannot be done here; None when it can, as far as is known."""
    profile = app.profile
    if profile is None and (binding_id or "").startswith("file."):
        return NOT_CONNECTED
    if profile is not None and profile.read_only and binding_id in CHANGES:
        return f"profile {profile.name} is read-only"
    return missing(app, NEEDS.get(binding_id or "", ""))


def missing(app: ConnectedApp, capability: str) -> str | None:
    """Why the server has no `capability`; None when it has, or when that is not known."""
    known = app.account.capabilities
    if known is None or not capability or getattr(known, capability) is not False:
        return None
    from batchtui.workflows.doctor import NAMES, WITHOUT

    reason = known.why.get(capability, "the server has no such call")
    return f"This server cannot {NAMES[capability]} ({reason}): {WITHOUT[capability]}"


def binding_id(node: DOMNode | None, action: str) -> str | None:
    """The id of the binding of `node` that runs `action`."""
    for kind in type(node).__mro__:
        for each in vars(kind).get("BINDINGS", ()):
            if isinstance(each, Binding) and each.action == action:
                return each.id
    return None
