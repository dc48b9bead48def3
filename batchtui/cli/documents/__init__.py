"""What each `--json` document holds, as types, which `batchtui schema` publishes.

Only shapes: the commands fill them, and tests hold them to it. A field is never removed or given
another meaning while SCHEMA_VERSION is the same; new ones may come. Batches and files are the
server's own objects, with whatever else the server says. `commands` says which command prints what.
"""
