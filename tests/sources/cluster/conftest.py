import pytest
from sources.cluster.server import Server


@pytest.fixture
def server(tmp_path):
    return Server(tmp_path)
