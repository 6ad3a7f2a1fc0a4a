"""An Ingress's annotations, read by the tables into policies and verdicts."""

from collections.abc import Mapping
from difflib import get_close_matches
from typing import Final

from ingress.compiler.annotations.dialect import Dialect
from ingress.compiler.annotations.ingress_nginx import INGRESS_NGINX
from ingress.compiler.annotations.own import OWN
from ingress.model.policies import Policies
from ingress.model.verdict import ObjectRef, Reason, Severity, Verdict, verdict

DIALECTS: Final = (INGRESS_NGINX, OWN)
"""In the order in which they are applied: the last word is our own dialect's."""


class Reading:
    """Reads one object's annotations.

    ``policies`` are the defaults with what the annotations set; ``refused`` says why the
    object's routes fail closed, or is empty.
    """

    def __init__(self, subject: ObjectRef, defaults: Policies) -> None:
        self._subject = subject
        self.policies = defaults
        self.refused = ""
        self.verdicts: list[Verdict] = []

    def read(self, annotations: Mapping[str, str]) -> None:
        """Apply what we know and judge what we don't; other people's prefixes pass."""
        for dialect in DIALECTS:
            # Sorted: of two reasons to refuse, every replica names the same.
            for full_name in sorted(annotations):
                if full_name.startswith(dialect.prefix):
                    self._read(dialect, full_name, annotations[full_name])

    def _read(self, dialect: Dialect, full_name: str, text: str) -> None:
        name = full_name.removeprefix(dialect.prefix)
        annotation = dialect.known.get(name)
        if annotation is None:
            self._unknown(dialect, name)
            return
        try:
            value = annotation.parse(text)
        except ValueError as error:
            self._say(
                full_name,
                Reason.INVALID_ANNOTATION,
                message=f"{full_name} is {text!r}, which cannot be read, so it does nothing",
                mend=str(error),
            )
        else:
            origin = f"annotation {full_name}"
            self.policies = annotation.apply(self.policies, value=value, origin=origin)

    def _unknown(self, dialect: Dialect, name: str) -> None:
        full_name = dialect.prefix + name
        if dialect.access.fullmatch(name):
            self.refused = self.refused or f"annotation {full_name} is not supported"
            self._say(
                full_name,
                Reason.UNKNOWN_ANNOTATION,
                severity=Severity.ERROR,
                message=f"{full_name} guards access and is not supported yet, so every route of "
                "this Ingress answers 503 rather than stand open",
                mend="remove it and guard the Service in another way, or leave this Ingress to "
                "a controller that knows it (spec.ingressClassName)",
            )
        elif dialect.ours:
            near = get_close_matches(name, dialect.known, n=1)
            self._say(
                full_name,
                Reason.UNKNOWN_ANNOTATION,
                message=f"{full_name} is not known, so it does nothing",
                mend=f"write {dialect.prefix}{near[0]}" if near else "remove it",
            )
        else:
            self._say(
                full_name,
                Reason.UNKNOWN_ANNOTATION,
                message=f"{full_name} is not supported yet, so it does nothing",
                mend="remove it, or check that the routes work without it",
            )

    def _say(
        self,
        full_name: str,
        reason: Reason,
        *,
        message: str,
        mend: str,
        severity: Severity | None = None,
    ) -> None:
        self.verdicts.append(
            verdict(
                self._subject,
                reason,
                message=message,
                mend=mend,
                field=("metadata", "annotations", full_name),
                severity=severity,
            )
        )
