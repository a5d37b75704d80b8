"""Errors named in the domain. The shell turns them into pages, the command line into exit codes, once each."""

from dataclasses import dataclass


class DomainError(Exception):
    """The deed cannot be done as asked; the message is a sentence for the person (409, exit 1)."""


class NotFound(DomainError):
    """No such record, or none that this person may know of (404)."""


class NotAllowed(DomainError):
    """The person may not do this (403)."""


class Conflict(DomainError):
    """Somebody else changed the record meanwhile (409)."""


@dataclass(frozen=True)
class CellError:
    """One thing that is wrong in an input: where (``checks!C14``) and how to mend it."""

    cell: str
    message: str

    def __str__(self) -> str:
        return f"{self.cell}: {self.message}" if self.cell else self.message


class InputRefused(DomainError):
    """The input as a whole is refused and nothing was stored (422, exit 1).

    ``problems`` lists what was found, ``count`` says how many there are in all (the list may be cut).
    """

    def __init__(self, problems: list[CellError], summary: str = "", count: int | None = None):
        self.problems = problems
        self.summary = summary
        self.count = len(problems) if count is None else count
        super().__init__(summary or "\n".join(str(problem) for problem in problems))
