"""What a user does, without a user interface: check, submit, watch, collect.

Each workflow takes a `Session` and yields typed events or returns a value. None prints, and none
knows the app or the command line. Import from the modules: this package pulls in none of them.
"""
