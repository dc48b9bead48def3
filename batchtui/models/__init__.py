"""The wire's types and words: what a Batch API says, as data. No behaviour, no I/O.

`status`, `endpoint` and `limits` import nothing heavy; `batch`, `file`, `listing` need pydantic.
Import from the modules: this package pulls in none of them.
"""
