import msgspec
import pytest

from ingress.cli.options import OPTIONS
from ingress.settings import CompilerOptions, ProxySettings


def test_no_two_options_share_a_flag_a_variable_or_a_field():
    for name in ("flag", "variable", "field", "name"):
        values = [getattr(option, name) for option in OPTIONS]
        assert len(set(values)) == len(values)


def test_every_setting_has_an_option():
    fields = {option.field for option in OPTIONS}
    for part, kind in {"proxy": ProxySettings, "compiler": CompilerOptions}.items():
        for field in msgspec.structs.fields(kind):
            made_of_others = field.name in {"any_class", "policies"}
            assert made_of_others or f"{part}.{field.name}" in fields


@pytest.mark.parametrize("option", OPTIONS, ids=lambda option: option.flag)
def test_every_option_is_documented_and_its_default_is_legal(option):
    assert option.doc.endswith(".")
    assert option.variable == "INGRESS_" + option.flag[2:].upper().replace("-", "_")
    if option.default:
        option.kind.read(option.default)
