"""An asynchronous function as a plain one, which also works where an event loop runs."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from concurrent.futures import ThreadPoolExecutor
from functools import wraps
from typing import Any, ParamSpec, TypeVar

P = ParamSpec("P")
T = TypeVar("T")


def blocking(verb: Callable[P, Coroutine[Any, Any, T]]) -> Callable[P, T]:
    """The twin of `verb` that returns its result: `acreate_file` becomes `create_file`.

    Where a loop runs in this thread, the call takes place in another one, and the loop waits.
    """

    @wraps(verb)
    def twin(*args: P.args, **kwargs: P.kwargs) -> T:
        try:
            asyncio.get_running_loop()
        except RuntimeError:
            return asyncio.run(verb(*args, **kwargs))
        with ThreadPoolExecutor(max_workers=1) as pool:
            return pool.submit(asyncio.run, verb(*args, **kwargs)).result()

    twin.__name__ = twin.__qualname__ = verb.__name__.removeprefix("a")
    return twin
