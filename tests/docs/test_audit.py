"""What `make audit` finds, and that it never keeps silent about what it could not ask."""

import json
import os
import runpy
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from tests.processes import REPOSITORY

SCRIPT = REPOSITORY / ".ci" / "audit.py"
audit = runpy.run_path(str(SCRIPT))


def run(service: str, **environment: str) -> subprocess.CompletedProcess[str]:
    around = os.environ | {"DAMSO_AUDIT_SERVICE": service} | environment
    return subprocess.run([sys.executable, str(SCRIPT)], env=around, capture_output=True, text=True, check=False)


@pytest.fixture
def knowing() -> Iterator[str]:
    """An advisory service that knows a fault of the first package it is asked about."""

    class Service(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))["queries"]
            results = [{"vulns": [{"id": "FAULT-1"}]}, *({} for _ in asked[1:])]
            body = json.dumps({"results": results}).encode()
            self.send_response(200)
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Service)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


def test_a_known_fault_fails(knowing: str) -> None:
    said = run(knowing)
    assert said.returncode == 1
    assert "FAULT-1" in said.stderr


def test_silence_is_told_and_fails_where_it_is_to() -> None:
    unused = "http://127.0.0.1:9"
    told, strict = run(unused, DAMSO_AUDIT=""), run(unused, DAMSO_AUDIT="strict")
    assert (told.returncode, strict.returncode) == (0, 1)
    assert "NOT AUDITED" in told.stderr


def test_a_package_without_a_hash_or_version_is_found() -> None:
    lock = "good==1.0 \\\n    --hash=sha256:00\nbad==1.0\nworse>=1\n"
    found, faults = audit["python_packages"](lock)
    assert found == [("PyPI", "good", "1.0"), ("PyPI", "bad", "1.0")]
    assert faults == ["bad: no hash", "worse>=1: no exact version"]


@pytest.mark.parametrize("licence", ["GPL-3.0", "AGPL-3.0-only", "GPL-2.0-or-later", "SSPL-1.0", "BUSL-1.1"])
def test_a_licence_that_binds_everything_is_found(licence: str) -> None:
    package = {"version": "1", "integrity": "x", "license": licence}
    _, faults = audit["web_packages"](json.dumps({"packages": {"node_modules/bad": package}}))
    assert faults == [f"bad: {licence}"]


@pytest.mark.parametrize("licence", ["MIT", "(MIT OR GPL-3.0)", "LGPL-3.0", "MPL-2.0"])
def test_a_licence_that_does_not_is_not(licence: str) -> None:
    package = {"version": "1", "integrity": "x", "license": licence}
    _, faults = audit["web_packages"](json.dumps({"packages": {"node_modules/good": package}}))
    assert faults == []
