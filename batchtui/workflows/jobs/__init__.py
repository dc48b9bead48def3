"""A job: one input, any number of batches, one result; it survives whatever happens to its process.

`states` has the two state machines, `records` the rows, `store` keeps them in one SQLite file for
all processes of a user, `engine` drives a job, `actions` is what the app and the command line call.
Import from the modules: this package pulls in none of them.
"""
