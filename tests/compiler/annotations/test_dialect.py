import pytest

from ingress.compiler.annotations.dialect import Annotation, flag, table
from ingress.model.policies import Policies, SslRedirect

REDIRECT = Annotation(
    "ssl-redirect", parse=flag, policy="ssl_redirect", field="enabled", default="true", doc="Doc."
)


@pytest.mark.parametrize("text", ["1", "t", "T", "TRUE", "true", "True"])
def test_true_is_written_as_in_go(text: str) -> None:
    assert flag(text) is True


@pytest.mark.parametrize("text", ["0", "f", "F", "FALSE", "false", "False"])
def test_false_is_written_as_in_go(text: str) -> None:
    assert flag(text) is False


@pytest.mark.parametrize("text", ["", "yes", "on", "off", " true", "tRUE"])
def test_nothing_else_is_a_flag_and_the_error_is_the_mend(text: str) -> None:
    with pytest.raises(ValueError, match=r'^write "true" or "false"$'):
        flag(text)


def test_a_policy_remembers_who_set_it_and_the_defaults_stay() -> None:
    defaults = Policies()
    policies = REDIRECT.apply(defaults, value=False, origin="annotation x")
    assert policies.ssl_redirect == SslRedirect(enabled=False, origin="annotation x")
    assert defaults == Policies()


def test_a_table_is_by_name() -> None:
    assert table(REDIRECT) == {"ssl-redirect": REDIRECT}
