from scripts.configuration import PAGE, page


def test_the_page_is_written_from_the_table():
    assert PAGE.read_text(encoding="utf-8") == page(), "run `make format`"
