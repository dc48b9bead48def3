"""What the gateway knows, durably: one SQLite database for state, one directory for files."""
