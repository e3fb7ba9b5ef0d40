"""``python -m flows.cli`` is the command migraine-outcomes."""

from flows.cli.main import main

main()
