"""Starts processes cheaply: holds the heavy libraries, and forks for each command, which then runs the console script.

Reads one JSON object a line (words, environment, cwd, out, err), answers with the exit code. The portal's modules are
loaded here once and hold nothing of an instance yet (settings are read when first asked for, in the child), so that each
command is a process of its own at the price of a fork.
"""

import json
import os
import runpy
import sys

import alembic.command  # noqa: F401
import flask  # noqa: F401
import openpyxl  # noqa: F401
import pandas  # noqa: F401
import sqlalchemy.orm

from portal.kernel import (
    audit,  # noqa: F401
    schema,
)
from portal.kernel.settings import settings
from portal.shell import cli, importing, wiring  # noqa: F401
from portal.shell.demo import api as demo  # noqa: F401
from portal.shell.opendata import api as opendata  # noqa: F401

wiring.features()
wiring.kinds()
sqlalchemy.orm.configure_mappers()
schema.head()
if settings.cache_info().currsize:
    raise RuntimeError("a module of the portal asks for the settings when it is loaded")


def _run(order: dict[str, object]) -> None:
    words, environment = order["words"], order["environment"]
    assert isinstance(words, list)
    assert isinstance(environment, dict)
    for number, name in ((1, "out"), (2, "err")):
        os.dup2(os.open(str(order[name]), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), number)
    os.chdir("/")
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = words
    runpy.run_path(words[0], run_name="__main__")


def _child(order: dict[str, object]) -> int:
    """The exit code as the interpreter would give it."""
    try:
        _run(order)
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


for line in sys.stdin:
    child = os.fork()
    if not child:
        code = _child(json.loads(line))
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
