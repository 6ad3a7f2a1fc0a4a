"""AdmissionReview in, AdmissionReview out: judged by the very compiler that serves.

The Ingress is laid into what the cluster holds, and what the compiler then says of it is the
answer. Source: the Kubernetes reference, "Dynamic Admission Control", admission.k8s.io/v1.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

import msgspec
from msgspec import Raw, structs

from ingress.compiler import Build, build_snapshot
from ingress.control.cluster.notices import worth_saying
from ingress.control.cluster.refusals import refuses
from ingress.model.inventory import ObjectKey
from ingress.model.objects import Ingress, View
from ingress.model.verdict import ObjectRef, Verdict, describe_field

VERSION: Final = "admission.k8s.io/v1"
_NOTHING: Final = Raw(b"null")


class GroupKind(View, frozen=True):
    """The kind of the object."""

    group: str = ""
    kind: str = ""


class Request(View, frozen=True):
    """What the API server asks."""

    uid: str
    kind: GroupKind = GroupKind()
    sub_resource: str = ""
    operation: str = ""
    namespace: str = ""
    object: Raw = _NOTHING
    old_object: Raw = _NOTHING

    @property
    def writes_an_ingress(self) -> bool:
        """Whether it is about what we judge; all else is none of ours."""
        return (
            self.kind == GroupKind(group="networking.k8s.io", kind="Ingress")
            and self.operation in {"CREATE", "UPDATE"}
            and not self.sub_resource
        )


class Review(View, frozen=True):
    """The envelope; other versions than ``VERSION`` are not understood."""

    api_version: str
    request: Request


class ReviewError(ValueError):
    """A review that cannot be understood: the API server's failurePolicy decides then."""


class Answer(View, frozen=True):
    """Whether the Ingress is admitted, why it is not, and what else there is to say."""

    refused: str = ""
    warnings: tuple[str, ...] = ()


def read_review(body: bytes) -> tuple[Request, Ingress | None, Ingress | None]:
    """Return the request, its object and the one before; raises ReviewError."""
    try:
        review = _REVIEW.decode(body)
        request = review.request
        if review.api_version != VERSION:
            raise ReviewError(f"{review.api_version} is not {VERSION}")
        if not request.writes_an_ingress:
            return request, None, None
        return request, _INGRESS.decode(request.object), _BEFORE.decode(request.old_object)
    except msgspec.DecodeError as error:
        raise ReviewError(f"this is no AdmissionReview of an Ingress: {error}") from error


def write_review(request: Request, answer: Answer) -> bytes:
    """Return the body of the answer."""
    response: dict[str, Any] = {"uid": request.uid, "allowed": not answer.refused}
    if answer.refused:
        # 400, as ingress-nginx answers: kubectl shows the message of a 422 twice, or not at all.
        response["status"] = {"code": 400, "reason": "BadRequest", "message": answer.refused}
    if answer.warnings:
        response["warnings"] = answer.warnings
    body = {"apiVersion": VERSION, "kind": "AdmissionReview", "response": response}
    return msgspec.json.encode(body)


def judge(build: Build, ingress: Ingress, before: Ingress | None, *, now: float) -> Answer:
    """Judge an Ingress that is to be created, or to take the place of ``before``.

    What was wrong before does not refuse it now: whoever mends one of two mistakes, or only
    removes a finalizer, is not held up.
    """
    if ingress.metadata.deletion_timestamp:
        return Answer()
    subject = ObjectRef("Ingress", ingress.metadata.namespace, ingress.metadata.name)
    said = tuple(worth_saying(_said(build, ingress, now=now)))
    about_it = [verdict for verdict in said if verdict.subject == subject]
    wrong = [verdict for verdict in about_it if refuses(verdict)]
    if wrong and before:
        stood = {_mistake(verdict) for verdict in _said(build, before, now=now)}
        wrong = [verdict for verdict in wrong if _mistake(verdict) not in stood]
    known = frozenset(build.verdicts)
    others = (v for v in said if v.subject.kind == "Ingress" and v.subject != subject)
    doubtful = [
        *(verdict for verdict in about_it if verdict not in wrong),
        *(verdict for verdict in others if verdict not in known),
    ]
    return Answer(refused="\n".join(_refusal(wrong)), warnings=tuple(_warnings(doubtful, subject)))


def _said(build: Build, ingress: Ingress, *, now: float) -> tuple[Verdict, ...]:
    """Return what the compiler would say if the Ingress were there."""
    key = ObjectKey(ingress.metadata.namespace, ingress.metadata.name)
    ingresses = {**build.inventory.ingresses, key: ingress}
    inventory = structs.replace(build.inventory, ingresses=ingresses)
    return build_snapshot(inventory, build.memo.options, now=now, previous=build).verdicts


def _mistake(verdict: Verdict) -> tuple[ObjectRef, str, str]:
    """Return what makes two verdicts the same mistake, wherever in the object it stands."""
    return verdict.subject, verdict.reason, verdict.message


def _refusal(verdicts: Iterable[Verdict]) -> Iterator[str]:
    """Yield the lines that ``ingress check`` writes, with the field in place of file and line."""
    for verdict in verdicts:
        where, subject = describe_field(verdict.field), str(verdict.subject)
        words = [where, verdict.severity, verdict.reason, subject, verdict.message]
        yield "  ".join(filter(None, words))
        yield f"  mend: {verdict.mend}"


def _warnings(verdicts: Iterable[Verdict], subject: ObjectRef) -> Iterator[str]:
    for verdict in verdicts:
        whose = "" if verdict.subject == subject else f"{verdict.subject}: "
        yield f"{whose}{verdict.reason}: {verdict.message}; mend: {verdict.mend}"


_REVIEW: Final = msgspec.json.Decoder(Review)
_INGRESS: Final = msgspec.json.Decoder(Ingress)
_BEFORE: Final = msgspec.json.Decoder(Ingress | None)
