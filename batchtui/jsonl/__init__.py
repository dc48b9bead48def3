"""The record engine: plain functions over JSONL files of any size.

Synchronous and offline: no asyncio, HTTP, pydantic or Textual. Memory is bounded whatever the
file; nothing is memory-mapped, since a file truncated by someone else would kill the process.
Long work is a generator (`progress.Steps`) that hands over every few milliseconds.

    progress    how long work reports and is cancelled
    source      one open file: bounded reads, changes on disk, gzip through a copy
    lines       a file as blocks of whole lines
    index       where each line begins; pages without an index; ends: counted by two processes
    facts       what a file is, from its first lines; shape: what else than JSON lines

    problems    what can be wrong with a batch input: every code, severity and meaning
    validate    a whole input against these; the result is in validation, statistics, tokens
    quick, request, body, finding       the two halves of judging one line
    metadata    a batch's metadata against the server's bounds

    outcomes    what can become of a request
    results     what a result line says; glance tells outcome and custom_id at less cost
    join        input and result files together, by custom_id; the result is in joined
    telling, told       what result lines say, for a join or a count
    aside       a second process that does half of a large pass
    answers     answers that should have been JSON
    summary     what all results say together; histogram: how their tokens are spread

    search      texts and expressions in a file; matchers, spelling: what is looked for
    expression  how one line is tried; expression_tree: what every match has
    expressions lines that are worth trying; trying, tried: by a process that can be ended
    write       new files, whole or not at all: extract, merge in input order
    rewrite     requests with other fields, as a new input
    export      joined results as JSONL, CSV, Parquet; export_columns: what of each record
    table       CSV as people have it; json_path: one value out of a document
    prepare     rows of data made into requests; rows, json_array, template
    diff        two results compared; word_diff: two texts
    result_statistics   what a result file holds
    parts       split, merge end to end, sample
    shards      which lines make one batch of a job, without a copy of them
    repair      mechanical repairs into a new file

Import from the modules: this package pulls in none of them.
"""
