"""Which Ingresses are ours: IngressClass, its default, and the legacy annotation.

Source: Kubernetes ``IngressSpec.ingressClassName``: the annotation goes before the field; the
admission plugin DefaultIngressClass: of several defaults the newest, then by name.
"""

from collections.abc import Mapping
from typing import Final, NamedTuple

from ingress.compiler.claims import ClassName, age_of
from ingress.model.inventory import ObjectKey
from ingress.model.objects import Ingress, IngressClass
from ingress.model.verdict import ObjectRef, Reason, Severity, Verdict, verdict
from ingress.settings import CONTROLLER, CompilerOptions

CLASS_ANNOTATION: Final = "kubernetes.io/ingress.class"
DEFAULT_CLASS_ANNOTATION: Final = "ingressclass.kubernetes.io/is-default-class"


class Ownership(NamedTuple):
    """What decides: the names that are ours, those that exist, and the cluster's default."""

    ours: frozenset[str] = frozenset()
    known: frozenset[str] = frozenset()
    default: str | None = None
    any_class: bool = False

    def owns(self, class_name: ClassName) -> bool:
        """Tell whether an Ingress of this class is served by us."""
        return self.any_class or self._is_ours(class_name)

    def judge(self, subject: ObjectRef, class_name: ClassName) -> tuple[Verdict, ...]:
        """Say what is to be said of an Ingress's class: nothing where it is ours."""
        if self._is_ours(class_name) or (class_name.name is None and self._knows_nothing()):
            return ()
        missing = self._is_missing(class_name)
        return (
            verdict(
                subject,
                Reason.CLASS_MISSING if missing else Reason.CLASS_NOT_OURS,
                message=f"{self._said(class_name, missing=missing)}, {self._effect()}",
                mend=self._mend(),
                field=class_name.field,
                severity=Severity.WARNING if missing else Severity.INFO,
            ),
        )

    def _is_ours(self, class_name: ClassName) -> bool:
        name = self.default if class_name.name is None else class_name.name
        return name in self.ours

    def _is_missing(self, class_name: ClassName) -> bool:
        # The annotation needs no IngressClass, and files often come without any.
        if not class_name.name or class_name.by_annotation or self._knows_nothing():
            return False
        return class_name.name not in self.known

    def _knows_nothing(self) -> bool:
        return self.any_class and not self.known

    def _said(self, class_name: ClassName, *, missing: bool) -> str:
        if missing:
            return f"names the IngressClass {class_name.name}, which is not there"
        if class_name.name:
            return f"names the class {class_name.name}, which is not ours"
        if class_name.name is None and self.default:
            return f"names no class, and the default, {self.default}, is not ours"
        return "names no class, and no default class of ours is there"

    def _effect(self) -> str:
        if self.any_class:
            return "so a cluster leaves it to others; it is served here, as every class is"
        return "so it is left to others"

    def _mend(self) -> str:
        if self.ours:
            return f"write spec.ingressClassName: {min(self.ours)}"
        return f"write spec.ingressClassName, naming an IngressClass with controller: {CONTROLLER}"


def ownership(classes: Mapping[ObjectKey, IngressClass], options: CompilerOptions) -> Ownership:
    """Read the IngressClasses; classes that the flags name are the only ones of ours then."""
    named = frozenset(options.ingress_classes)
    by_controller = frozenset(
        key.name for key, found in classes.items() if found.spec.controller == CONTROLLER
    )
    defaults = [
        (-age_of(found.metadata), key.name) for key, found in classes.items() if _is_default(found)
    ]
    return Ownership(
        ours=named or by_controller,
        known=frozenset(key.name for key in classes),
        default=min(defaults)[1] if defaults else None,
        any_class=options.any_class,
    )


def class_name_of(ingress: Ingress) -> ClassName:
    """Return the class that an Ingress names; ``""`` in the spec asks for no default either."""
    annotated = (ingress.metadata.annotations or {}).get(CLASS_ANNOTATION)
    if annotated:
        field = ("metadata", "annotations", CLASS_ANNOTATION)
        return ClassName(annotated, field, by_annotation=True)
    return ClassName(ingress.spec.ingress_class_name, ("spec", "ingressClassName"))


def _is_default(found: IngressClass) -> bool:
    return (found.metadata.annotations or {}).get(DEFAULT_CLASS_ANNOTATION) == "true"
