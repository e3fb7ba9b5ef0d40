"""Errors meant for people: one or two plain sentences, no diary values, with the exit code they lead to."""


class OutcomesError(Exception):
    """Base of every error this package raises on purpose."""

    exit_code = 2


class ConfigurationError(OutcomesError):
    """The run cannot start: a setting, a file or an argument is wrong (exit 2)."""


class FileRefused(OutcomesError):
    """One input file cannot be read at all; the other files go on."""


class DataError(OutcomesError):
    """A critical data-quality finding: nothing is published (exit 1)."""

    exit_code = 1

    def __init__(self, message: str, *details: str) -> None:
        """``details`` go on lines of their own; ``message`` alone is for where they are printed anyway."""
        super().__init__("\n".join([message, *details]))
        self.message = message


class LockedError(OutcomesError):
    """Another run of the same study is under way (exit 3)."""

    exit_code = 3


class Interrupted(OutcomesError):
    """Ctrl-C or SIGTERM ended the process before its work was done (exit 130 or 143)."""

    def __init__(self, message: str, exit_code: int = 130) -> None:
        super().__init__(message)
        self.exit_code = exit_code


class Defect(OutcomesError):
    """Something that should not have happened; the message names its kind only, for its text could hold a diary's values."""

    def __init__(self, cause: Exception | str) -> None:
        self.kind = cause if isinstance(cause, str) else type(cause).__name__
        super().__init__(
            f"This should not have happened ({self.kind}); nothing was published. "
            "Run again with MIGRAINE_OUTCOMES_DEBUG=1 to see where, and report it as a defect."
        )

    def __reduce__(self) -> tuple[type["Defect"], tuple[str]]:
        """From a worker to the run the kind travels, and nothing else."""
        return Defect, (self.kind,)
