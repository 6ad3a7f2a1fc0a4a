from ingress.cli.mistakes import ExitCode, mistake


def test_a_readers_words_become_a_message_and_a_mend():
    made = mistake("--http", ValueError("'x' is no address; write :8080; or so"))
    assert (str(made), made.mend) == ("--http: 'x' is no address", "write :8080; or so")
    assert made.code == ExitCode.USAGE
