"""What each exit code of each verb means: --help, README.md and docs/operating.md hold this table and no other."""

FINE, FOUND, COULD_NOT, LOCKED = 0, 1, 2, 3
OUTPUT_CLOSED, INTERRUPTED, TERMINATED = 141, 130, 143  # 128 and the number of SIGPIPE, SIGINT, SIGTERM

EXIT_CODES: dict[str, dict[int, str]] = {
    "run": {
        0: "published, or nothing new; single lines and files may have errors, which are printed",
        1: "a critical finding: nothing published",
        2: "could not run",
        3: "another run is under way",
    },
    "check": {
        0: "no error; warnings and notes may be there",
        1: "an error or a critical finding",
        2: "could not check",
    },
    "explain": {0: "explained", 2: "nothing is published, or no such subject, cycle or rule set"},
    "diff": {
        0: "compared; also where nothing differs",
        2: "could not compare",
        3: "another run is under way, and an older snapshot has to be made again",
    },
    "history": {0: "printed", 2: "nothing is published there, or no such site"},
    "status": {0: "printed", 2: "nothing is published there, or it cannot be read"},
    "simulate": {0: "written", 2: "nothing written"},
    "init": {0: "written", 2: "the folder is in use; nothing written"},
    "draft": {0: "printed, or nothing to draft", 2: "could not look, or study.toml was not written"},
    "export": {0: "written", 2: "nothing written"},
    "verify": {0: "verified", 1: "a difference", 2: "nothing is published there"},
    "serve": {0: "stopped by Ctrl-C or SIGTERM", 2: "could not start, or its Prefect server ended"},
}


def sentence_of(verb: str) -> str:
    """The exit codes of a verb on one line."""
    return "Exit codes: " + "; ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES[verb].items()) + "."


ALL_VERBS = (
    "With every verb: 2 where an argument is wrong; 130 after Ctrl-C and 143 after SIGTERM (serve ends with 0 then);"
    " 141 when what reads the output has ended, as head does."
)


def markdown_table() -> str:
    """The table as README.md and docs/operating.md hold it."""
    codes = sorted({code for meanings in EXIT_CODES.values() for code in meanings})
    rows = ["| verb | " + " | ".join(map(str, codes)) + " |", "|---" * (len(codes) + 1) + "|"]
    for verb, meanings in EXIT_CODES.items():
        rows.append(f"| `{verb}` | " + " | ".join(meanings.get(code, "") for code in codes) + " |")
    return "\n".join([*rows, "", ALL_VERBS]) + "\n"
