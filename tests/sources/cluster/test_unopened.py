"""The library's packages, opened only when somebody asks."""

import subprocess
import sys

START = "import sys, ingress.sources.cluster as ours\n"


def run(program: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", START + program], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_the_api_server_is_spoken_to_without_typed_models():
    counted = "print(sum(name.startswith('kubernetes_asyncio') for name in sys.modules))"
    assert int(run(f"import ingress.sources.cluster.api\n{counted}")) < 20
    assert int(run(f"from kubernetes_asyncio.config import kube_config\n{counted}")) < 20


def test_whoever_wants_a_model_gets_it():
    program = "from kubernetes_asyncio import client, config\n"
    program += "print(client.V1Pod.__name__, client.CoreV1Api.__name__)"
    assert run(program) == "V1Pod CoreV1Api"


def test_functions_of_a_package_itself_are_there():
    assert run("import kubernetes_asyncio.config as it; print(it.load_config.__name__)") == (
        "load_config"
    )
    assert run("import kubernetes_asyncio as it; print(it.__version__ > '34')") == "True"


def test_a_client_that_nobody_uses_is_not_imported_either():
    program = "import ingress.sources.cluster.api\n"
    program += "print(*(name for name in sys.modules if name.startswith('urllib3')))"
    assert run(program) == "urllib3"


def test_that_client_is_there_for_whoever_uses_it():
    program = "import urllib3\nprint(urllib3.PoolManager.__name__)"
    assert run(program) == "PoolManager"
    program = "from ingress.sources.cluster import credentials\n"
    program += "it = credentials.Configuration(username='a', password='b')\n"
    program += "print(it.get_basic_auth_token())"
    assert run(program) == "Basic YTpi"


def test_what_is_not_there_is_not_there():
    program = "import kubernetes_asyncio.client as it\n"
    program += "print(hasattr(it, 'V9Pod'), hasattr(it, '__wrapped__'), it.V1Pod.__name__)"
    assert run(program) == "False False V1Pod"


def test_a_library_that_is_in_use_already_is_left_alone():
    program = "import kubernetes_asyncio.client as it\n"
    program += "it.V1Pod; ours.leave_unopened(); import kubernetes_asyncio.client as again\n"
    program += "print(it is again)"
    assert run(program) == "True"
