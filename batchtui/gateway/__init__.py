"""A real OpenAI-compatible Files and Batches server on one machine.

    from batchtui.gateway.options import GatewayOptions
    from batchtui.gateway.server import Gateway, serve

    serve(GatewayOptions(), announce=print)             # until SIGINT or SIGTERM; main thread

    with Gateway(GatewayOptions(data_dir=directory, port=0)) as gateway:    # in a thread
        gateway.base_url                                # "http://127.0.0.1:43210"

Lines are answered by an upstream server, or offline by the echo model (`answer/echo.py` says how a
request can ask it to fail or to be slow).

    options   server   service     how to run, running, what runs
    app   guard   refusal  routes/ the HTTP side
    run/                           the life of a batch
    answer/                        echo and upstream
    store/                         SQLite and the files' directory
    demo   demo_files              samples for `batchtui demo`

State survives `kill -9` at any moment. Must not import the client, the app or the command line.
"""
