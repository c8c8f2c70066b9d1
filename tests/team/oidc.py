"""A real OpenID provider in a process of its own, and somebody who signs in there."""

import json
import os
import re
import select
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpx

from tests.processes import PATIENCE, REPOSITORY

CLIENT_ID = "damso"
CLIENT_SECRET = "a secret of thirty-two characters"


class OidcProvider:
    """The npm package oidc-provider; `people` are the claims it makes of its accounts, by their names."""

    def __init__(self, redirect_uri: str, people: dict[str, dict[str, object]]) -> None:
        node = shutil.which("node", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}")
        assert node, "no Node: it comes with the virtual environment"
        self._process = subprocess.Popen(
            [node, str(Path(__file__).with_name("provider.mjs")), CLIENT_ID, redirect_uri],
            cwd=REPOSITORY,
            env=os.environ | {"PEOPLE": json.dumps(people)},
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # the wheel's Node is a child of a Python script, and both have to end
        )
        assert self._process.stdout is not None
        ready, _, _ = select.select([self._process.stdout], [], [], PATIENCE)
        assert ready, "the provider did not start"
        self.issuer: str = json.loads(self._process.stdout.readline())["issuer"]

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        os.killpg(self._process.pid, signal.SIGTERM)
        self._process.wait(PATIENCE)
        assert self._process.stdout is not None
        self._process.stdout.close()

    async def sign_in(self, address: str, name: str) -> str:
        """Go where we are sent, sign in as somebody and agree; where we are sent back to."""
        async with httpx.AsyncClient() as browser:
            while address.startswith(self.issuer):
                page = await browser.get(address)
                if page.is_redirect:
                    address = urljoin(address, page.headers["location"])
                    continue
                action = re.search(r'action="([^"]+)"', page.text)
                prompt = re.search(r'name="prompt" value="(\w+)"', page.text)
                assert action, page.text
                assert prompt, page.text
                form = {"prompt": prompt[1], "login": name, "password": "any"}
                sent = await browser.post(urljoin(address, action[1]), data=form)
                address = urljoin(address, sent.headers["location"])
        return address
