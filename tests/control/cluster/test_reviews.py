import json

import msgspec
import pytest
from control.cluster.objects import NOW, build, ingress, plain

from ingress.control.cluster.reviews import (
    Answer,
    Request,
    ReviewError,
    judge,
    read_review,
    write_review,
)

KIND = {"group": "networking.k8s.io", "version": "v1", "kind": "Ingress"}
AUTH = {"nginx.ingress.kubernetes.io/auth-url": "http://auth"}
SERVED = build(ingress(), services=("web",))


def review(obj=None, old=None, **more) -> bytes:
    request = {"uid": "u", "kind": KIND, "operation": "CREATE", "namespace": "default"}
    request |= {"object": obj, "oldObject": old, "options": {"kind": "CreateOptions"}} | more
    return json.dumps(
        {"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}
    ).encode()


# -- the envelope ---------------------------------------------------------------------------


def test_a_review_of_an_ingress():
    request, new, old = read_review(review(plain()))
    assert (request.uid, request.operation, new, old) == ("u", "CREATE", ingress(), None)
    _, new, old = read_review(review(plain(host="b.test"), plain(), operation="UPDATE"))
    assert (new, old) == (ingress(host="b.test"), ingress())


@pytest.mark.parametrize(
    "more",
    [
        {"operation": "DELETE"},
        {"operation": "CONNECT"},
        {"subResource": "status"},
        {"kind": {"group": "", "version": "v1", "kind": "Pod"}},
        {"kind": {"group": "extensions", "version": "v1beta1", "kind": "Ingress"}},
    ],
)
def test_what_is_none_of_ours_has_no_ingress(more):
    request, new, old = read_review(review({"anything": []}, **more))
    assert (request.uid, new, old) == ("u", None, None)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"[1]",
        b"\xff",
        review(plain())[:-5],
        review(None),
        review({"metadata": 1}),
        review({"metadata": {}}),
        review(plain(), {"metadata": []}, operation="UPDATE"),
        review(plain()).replace(b"admission.k8s.io/v1", b"admission.k8s.io/v1beta1"),
        review(plain()).replace(b'"request"', b'"response"'),
        review(plain()).replace(b'"uid": "u"', b'"uid": 7'),
    ],
)
def test_what_cannot_be_understood(body):
    with pytest.raises(ReviewError):
        read_review(body)


def test_the_answer():
    admitted = json.loads(write_review(Request(uid="u"), Answer()))
    assert admitted == {
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "response": {"uid": "u", "allowed": True},
    }
    answer = Answer(refused="no", warnings=("a", "b"))
    response = json.loads(write_review(Request(uid="u"), answer))["response"]
    assert response["allowed"] is False
    assert response["status"] == {"code": 400, "reason": "BadRequest", "message": "no"}
    assert response["warnings"] == ["a", "b"]


# -- the judgement --------------------------------------------------------------------------


def test_a_good_one_is_admitted_in_silence():
    served = build(ingress(), services=("web",))
    answer = judge(served, ingress(host="b.test"), ingress(), now=NOW)
    assert answer == Answer()


def test_a_mistake_of_its_own_is_refused_in_the_words_of_check():
    answer = judge(SERVED, ingress(annotations=AUTH, path="no-slash"), None, now=NOW)
    lines = answer.refused.splitlines()
    assert lines[0].startswith(
        "metadata.annotations[nginx.ingress.kubernetes.io/auth-url]  error  UnknownAnnotation"
        "  Ingress default/web  nginx.ingress.kubernetes.io/auth-url guards access"
    )
    assert lines[1].startswith("  mend: remove it and guard the Service in another way")
    assert lines[2] == (
        "spec.rules[0].http.paths[0].path  error  InvalidPath  Ingress default/web"
        "  path 'no-slash' does not begin with a slash"
    )
    assert lines[3:] == ["  mend: write /no-slash"]


def test_what_may_come_later_is_a_warning():
    answer = judge(SERVED, ingress("new", host="b.test"), None, now=NOW)
    assert answer.refused == ""
    (warning,) = answer.warnings
    assert warning.startswith("ServiceMissing: Service default/new is not there")
    assert "; mend: create the Service" in warning


def test_a_conflict_is_a_warning_whoever_loses():
    served = build(ingress(creationTimestamp="2026-01-01T00:00:00Z"), services=("web",))
    later = judge(served, ingress("b", creationTimestamp="2026-02-01T00:00:00Z"), None, now=NOW)
    assert any(it.startswith("PathConflict: ") for it in later.warnings)
    older = judge(served, ingress("b", creationTimestamp="2025-02-01T00:00:00Z"), None, now=NOW)
    assert any(it.startswith("Ingress default/web: PathConflict: ") for it in older.warnings)


def test_one_of_another_class_is_none_of_ours():
    foreign = ingress("b", ingress_class="", annotations=AUTH)
    assert judge(SERVED, foreign, None, now=NOW) == Answer()
    answer = judge(SERVED, ingress("b", ingress_class="gone", annotations=AUTH), None, now=NOW)
    assert answer.refused == ""
    assert answer.warnings[0].startswith("ClassMissing: names the IngressClass gone")


def test_an_update_is_refused_only_for_what_it_makes_wrong():
    bad = ingress(annotations=AUTH, path="no-slash")
    mended = ingress(annotations=AUTH)
    answer = judge(SERVED, mended, bad, now=NOW)
    assert answer.refused == ""
    assert answer.warnings[0].startswith("UnknownAnnotation: ")
    worse = judge(SERVED, bad, mended, now=NOW)
    assert "InvalidPath" in worse.refused
    assert "UnknownAnnotation" not in worse.refused


def test_one_that_comes_over_to_our_class_is_judged_whole():
    before = ingress(ingress_class="nginx", annotations=AUTH)
    assert "UnknownAnnotation" in judge(SERVED, ingress(annotations=AUTH), before, now=NOW).refused


def test_one_that_is_on_its_way_out_is_not_held_up():
    leaving = ingress(annotations=AUTH, deletionTimestamp="2026-01-01T00:00:00Z")
    assert judge(SERVED, leaving, None, now=NOW) == Answer()


def test_the_build_that_serves_is_not_touched():
    before = msgspec.json.encode(SERVED.verdicts)
    judge(SERVED, ingress(annotations=AUTH), None, now=NOW)
    assert msgspec.json.encode(SERVED.verdicts) == before
    assert list(SERVED.inventory.ingresses.values()) == [ingress()]
