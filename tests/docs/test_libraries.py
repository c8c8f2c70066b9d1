"""Licences of everything that is installed or reaches a browser: permissive, or named in the decision about them."""

import importlib.metadata
import json
import re
import tomllib

from tests.processes import REPOSITORY

PAGE = (REPOSITORY / "docs" / "adr" / "0017-libraries.md").read_text()
PERMISSIVE = re.compile(
    r"MIT|BSD|ISC|Apache|PSF|0BSD|Unlicense|CC0|Permission is hereby granted, free of charge", re.IGNORECASE
)
COPYLEFT = re.compile(r"GPL|MPL|EPL|CDDL|OFL|EUPL", re.IGNORECASE)


def _locked() -> list[str]:
    lock = (REPOSITORY / "requirements.lock").read_text()
    return re.findall(r"^([a-zA-Z0-9][\w.-]*)==[^;\n]*$", lock, re.MULTILINE)


def _licence(package: str) -> str:
    about = importlib.metadata.metadata(package)
    kinds = [kind for kind in about.get_all("Classifier") or [] if kind.startswith("License")]
    return " ".join([about.get("License-Expression") or "", (about.get("License") or "")[:200], *kinds])


def test_python_packages_are_permissive_or_named():
    for package in _locked():
        licence = _licence(package)
        assert PERMISSIVE.search(licence) or COPYLEFT.search(licence), f"{package}: {licence}"
        assert not COPYLEFT.search(licence) or f"| {package} |" in PAGE, f"{package}: {licence}"


def test_packages_of_the_browser_are_permissive_or_named():
    lock = json.loads((REPOSITORY / "web" / "package-lock.json").read_text())
    for path, package in lock["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if (
            not name
            or package.get("dev")
            or package.get("link")
            or path.startswith(("desk", "widget", "ui", "i18n", "api"))
        ):
            continue
        licence = package.get("license", "")
        assert PERMISSIVE.search(licence) or COPYLEFT.search(licence), f"{name}: {licence}"
        assert not COPYLEFT.search(licence) or f"| {name} |" in PAGE.lower(), f"{name}: {licence}"


def test_every_package_we_chose_has_its_line():
    project = tomllib.loads((REPOSITORY / "pyproject.toml").read_text())["project"]
    chosen = {re.match(r"[\w-]+", wanted)[0] for wanted in project["dependencies"]}  # type: ignore[index]
    told = set(re.findall(r"^\| ([\w-]+) \|", PAGE, re.MULTILINE))
    assert not chosen - told
