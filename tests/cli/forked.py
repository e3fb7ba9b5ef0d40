"""Many calls of the command line for the price of one import: each call is a forked process that runs main().

Reads a JSON list of argument lists from stdin, one call after the other, and writes [exit code, stdout, stderr] each.
Words NAME=value before the verb are set in the environment of that call, as in a shell.
Nothing is opened and no thread is started before a fork, so a call finds what a fresh process would.
"""

import importlib
import json
import os
import re
import sys
import tempfile


def call(arguments: list[str], main: object) -> tuple[int, str, str]:
    """One call in a process of its own."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        child = os.fork()
        if child == 0:
            os.dup2(out.fileno(), 1)
            os.dup2(err.fileno(), 2)
            while arguments and re.match("[A-Z_]+=", arguments[0]):
                name, _, value = arguments.pop(0).partition("=")
                os.environ[name] = value
                if name.startswith("PREFECT_") and "prefect" in sys.modules:
                    importlib.import_module("prefect.context").refresh_global_settings_context()
            sys.argv = ["migraine-outcomes", *arguments]
            main()  # type: ignore[operator]
            os._exit(99)  # main always ends the process itself
        _, status = os.waitpid(child, 0)
        said = []
        for stream in (out, err):
            stream.seek(0)
            said.append(stream.read().decode())
        return os.waitstatus_to_exitcode(status), said[0], said[1]


if __name__ == "__main__":
    for module in sys.argv[1:]:
        importlib.import_module(module)
    from flows.cli.main import main

    json.dump([call(arguments, main) for arguments in json.load(sys.stdin)], sys.stdout)
