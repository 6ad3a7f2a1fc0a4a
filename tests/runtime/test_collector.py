import gc

from ingress.runtime.collector import keep_out, no_collector_at_first


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
