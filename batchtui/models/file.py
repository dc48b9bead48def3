"""The file object, as `openai.types.FileObject` has it, read with lenience."""

from __future__ import annotations

from batchtui.models.wire import Count, Flag, Id, OptionalId, Text, Timestamp, WireModel


class FileObject(WireModel):
    """A file kept by a server. Times are epoch seconds, UTC; `expires_at` None means never."""

    id: Id
    object: OptionalId = "file"
    bytes: Count = 0
    created_at: Timestamp = None
    expires_at: Timestamp = None
    filename: Text = ""
    purpose: Text = ""
    status: OptionalId = None
    status_details: OptionalId = None


class FileDeleted(WireModel):
    """The answer to a delete. LiteLLM answers an encoded id with the raw one."""

    id: Id
    object: OptionalId = "file"
    deleted: Flag = True
