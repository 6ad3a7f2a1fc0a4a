import gc

from ingress.runtime.collector import keep_out, no_collector_at_first, turn_on


def test_it_is_off_until_there_is_something_to_keep_it_out_of() -> None:
    try:
        with no_collector_at_first():
            assert not gc.isenabled()
            keep_out()
            assert gc.isenabled()
            assert gc.get_freeze_count()
    finally:
        gc.unfreeze()


def test_it_is_on_again_whatever_happens() -> None:
    with no_collector_at_first():
        assert not gc.isenabled()
    assert gc.isenabled()


def test_it_can_be_turned_on_before_there_is_anything() -> None:
    with no_collector_at_first():
        turn_on()
        assert gc.isenabled()
