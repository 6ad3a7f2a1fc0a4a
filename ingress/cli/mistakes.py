"""What a user did wrong, said on stderr with the mend; never a traceback."""

from enum import IntEnum


class ExitCode(IntEnum):
    """How commands end, as ruff's do."""

    FINE = 0
    FOUND = 1
    USAGE = 2


class Mistake(Exception):
    """Ends the command with a message, its mend and an exit code."""

    def __init__(self, message: str, *, mend: str, code: ExitCode = ExitCode.USAGE) -> None:
        super().__init__(message)
        self.mend = mend
        self.code = code


def mistake(source: str, error: ValueError) -> Mistake:
    """Turn a reader's ``message; mend`` into a Mistake that names the flag or the variable."""
    message, _, mend = str(error).partition("; ")
    return Mistake(f"{source}: {message}", mend=mend)
