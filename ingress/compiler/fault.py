"""What is wrong with a part of an object, before it is known whose part it is."""

from typing import NamedTuple

from ingress.model.verdict import FieldPath, ObjectRef, Reason, Verdict, verdict


class Fault(NamedTuple):
    """The reason, what to say, what to write, and where below the part."""

    reason: Reason
    message: str
    mend: str
    field: FieldPath = ()

    def about(self, subject: ObjectRef, *at: str | int) -> Verdict:
        """Return the verdict about an object whose part is at a field."""
        return verdict(
            subject,
            self.reason,
            message=self.message,
            mend=self.mend,
            field=(*at, *self.field),
        )
