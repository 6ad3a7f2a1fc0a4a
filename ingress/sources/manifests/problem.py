"""What is wrong with one document, before anyone knows which object of which file it is."""

from typing import NamedTuple

from ingress.model.verdict import FieldPath, ObjectRef, Reason, Verdict, verdict


class Problem(NamedTuple):
    """A verdict without its subject."""

    reason: Reason
    message: str
    mend: str
    field: FieldPath = ()

    def about(self, subject: ObjectRef) -> Verdict:
        """Make the verdict of it."""
        return verdict(subject, self.reason, message=self.message, mend=self.mend, field=self.field)


def written(path: FieldPath) -> str:
    """Write a field path as people do: ``spec.rules[0].host``."""
    parts = (f"[{step}]" if isinstance(step, int) else f".{step}" for step in path)
    return "".join(parts).removeprefix(".")
