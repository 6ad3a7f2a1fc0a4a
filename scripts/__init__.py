"""What ``make`` and ``.ci/run`` call; each own check has a function that yields its findings."""
