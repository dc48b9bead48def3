"""The record engine: plain functions over JSONL files of any size.

Synchronous and offline: no asyncio, HTTP, pydantic or Textual. Memory is bounded whatever the
file; nothing is memory-mapped, since a file truncated by someone else would kill the process.
Long work is a generator (`progress.Steps`) that hands over every few milliseconds.

    progress    how long work reports and is cancelled
    source      one open file: bounded reads, changes on disk, gzip through a copy
    lines       a file as blocks of whole lines
    index       where each line begins; pages without an index
    problems    what can be wrong with a batch input: every code, severity and meaning
    validate    a whole input against these
    statistics  counts and token estimates of the same pass
    facts       what a file is, from its first lines
    results     what a result line says
    join        input and result files together, by custom_id
    search      text and regular expressions in a file
    write       extract, split, sample, merge: new files, whole or not at all
    repair      mechanical repairs into a new file

Import from the modules: this package pulls in none of them.
"""
