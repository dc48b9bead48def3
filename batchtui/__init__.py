"""batchtui: the cockpit for LLM batch jobs.

The public Python API: `BatchClient`, the verbs of the LiteLLM SDK (`acreate_batch`,
`create_batch`, ...), the errors. Each name is resolved on first use, so that importing the
package costs nothing.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from batchtui.client import BatchClient as BatchClient
    from batchtui.client.verbs import (
        acancel_batch as acancel_batch,
    )
    from batchtui.client.verbs import (
        acreate_batch as acreate_batch,
    )
    from batchtui.client.verbs import (
        acreate_file as acreate_file,
    )
    from batchtui.client.verbs import (
        afile_content as afile_content,
    )
    from batchtui.client.verbs import (
        afile_delete as afile_delete,
    )
    from batchtui.client.verbs import (
        afile_list as afile_list,
    )
    from batchtui.client.verbs import (
        afile_retrieve as afile_retrieve,
    )
    from batchtui.client.verbs import (
        alist_batches as alist_batches,
    )
    from batchtui.client.verbs import (
        aretrieve_batch as aretrieve_batch,
    )
    from batchtui.client.verbs import (
        cancel_batch as cancel_batch,
    )
    from batchtui.client.verbs import (
        create_batch as create_batch,
    )
    from batchtui.client.verbs import (
        create_file as create_file,
    )
    from batchtui.client.verbs import (
        file_content as file_content,
    )
    from batchtui.client.verbs import (
        file_delete as file_delete,
    )
    from batchtui.client.verbs import (
        file_list as file_list,
    )
    from batchtui.client.verbs import (
        file_retrieve as file_retrieve,
    )
    from batchtui.client.verbs import (
        list_batches as list_batches,
    )
    from batchtui.client.verbs import (
        retrieve_batch as retrieve_batch,
    )
    from batchtui.errors import (
        ApiError as ApiError,
    )
    from batchtui.errors import (
        AuthenticationError as AuthenticationError,
    )
    from batchtui.errors import (
        BatchtuiError as BatchtuiError,
    )
    from batchtui.errors import (
        ConflictError as ConflictError,
    )
    from batchtui.errors import (
        ConnectionFailedError as ConnectionFailedError,
    )
    from batchtui.errors import (
        InputError as InputError,
    )
    from batchtui.errors import (
        InvalidRequestError as InvalidRequestError,
    )
    from batchtui.errors import (
        NotFoundError as NotFoundError,
    )
    from batchtui.errors import (
        NotKnownError as NotKnownError,
    )
    from batchtui.errors import (
        PermissionDeniedError as PermissionDeniedError,
    )
    from batchtui.errors import (
        ProtocolError as ProtocolError,
    )
    from batchtui.errors import (
        RateLimitedError as RateLimitedError,
    )
    from batchtui.errors import (
        ServerError as ServerError,
    )
    from batchtui.errors import (
        StatusError as StatusError,
    )
    from batchtui.errors import (
        TimedOutError as TimedOutError,
    )
    from batchtui.errors import (
        UsageError as UsageError,
    )

__version__ = "0.1.0"

_ERRORS = (
    "ApiError",
    "AuthenticationError",
    "BatchtuiError",
    "ConflictError",
    "ConnectionFailedError",
    "InputError",
    "InvalidRequestError",
    "NotFoundError",
    "NotKnownError",
    "PermissionDeniedError",
    "ProtocolError",
    "RateLimitedError",
    "ServerError",
    "StatusError",
    "TimedOutError",
    "UsageError",
)
_VERBS = (
    "cancel_batch",
    "create_batch",
    "create_file",
    "file_content",
    "file_delete",
    "file_list",
    "file_retrieve",
    "list_batches",
    "retrieve_batch",
)
_HOME = {
    "BatchClient": "batchtui.client",
    **dict.fromkeys(_ERRORS, "batchtui.errors"),
    **dict.fromkeys(_VERBS, "batchtui.client.verbs"),
    **{f"a{verb}": "batchtui.client.verbs" for verb in _VERBS},
}

__all__ = ["__version__", *sorted(_HOME)]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
