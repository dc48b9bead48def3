"""The headless commands, one file a group, and the way into the app.

A command parses, calls one workflow, prints, and ends with an exit code of `errors.ExitCode`. Data
goes to stdout, everything else to stderr. What a command needs is imported when it runs, so that
`--help` costs nothing.
"""
