"""Whether what we build on is complete, permitted and free of known faults.

The first two need no network. The third asks a public advisory service; where that cannot be reached the step says so
and passes, unless DAMSO_AUDIT=strict.
"""

import json
import os
import re
import sys
import urllib.error
import urllib.request
from pathlib import Path

ROOT = Path(__file__).parent.parent
SERVICE = os.environ.get("DAMSO_AUDIT_SERVICE", "https://api.osv.dev/v1/querybatch")
STRICT = os.environ.get("DAMSO_AUDIT") == "strict"
PATIENCE = 20.0
FORBIDDEN = re.compile(r"\b(A?GPL|SSPL|BUSL|Commons-Clause)", re.IGNORECASE)
"""What nothing that we ship may be licensed under alone. LGPL and MPL are weighed one by one, see docs/adr/0017."""

Package = tuple[str, str, str]
"""Ecosystem, name, version."""


def python_packages(lock: str) -> tuple[list[Package], list[str]]:
    """What a requirements lock pins, and what is wrong with it."""
    found, faults = [], []
    for entry in re.split(r"\n(?=[a-zA-Z0-9])", lock):
        if pinned := re.match(r"([a-zA-Z0-9][\w.-]*)(?:\[[^\]]*\])?==([^\s;\\]+)", entry):
            found.append(("PyPI", pinned[1], pinned[2]))
            if "--hash=sha256:" not in entry:
                faults.append(f"{pinned[1]}: no hash")
        elif re.match(r"[a-zA-Z0-9]", entry):
            faults.append(f"{entry.split()[0]}: no exact version")
    return found, faults


def web_packages(lock: str) -> tuple[list[Package], list[str]]:
    """What package-lock.json pins, and what is wrong with it."""
    found, faults = [], []
    for path, package in json.loads(lock)["packages"].items():
        name = path.rpartition("node_modules/")[2]
        if not name or package.get("link") or "node_modules/" not in path:
            continue
        found.append(("npm", name, package["version"]))
        if "integrity" not in package:
            faults.append(f"{name}: no hash")
        licence = str(package.get("license", ""))
        if FORBIDDEN.search(licence) and " OR " not in licence:
            faults.append(f"{name}: {licence}")
    return found, faults


def known_faults(packages: list[Package]) -> list[str]:
    """Advisories about exactly these versions. Raises `OSError` where nobody answers."""
    queries = [{"package": {"ecosystem": kind, "name": name}, "version": version} for kind, name, version in packages]
    asked = urllib.request.Request(  # noqa: S310 - the address is ours or the operator's
        SERVICE, json.dumps({"queries": queries}).encode(), {"content-type": "application/json"}
    )
    with urllib.request.urlopen(asked, timeout=PATIENCE) as answer:  # noqa: S310
        results = json.load(answer)["results"]
    return [
        f"{name} {version}: {', '.join(one['id'] for one in result['vulns'])}"
        for (_, name, version), result in zip(packages, results, strict=True)
        if result.get("vulns")
    ]


def main() -> int:
    packages: set[Package] = set()
    faults = []
    for name in ("requirements.lock", "requirements-dev.lock"):
        found, wrong = python_packages((ROOT / name).read_text())
        packages |= set(found)
        faults += wrong
    found, wrong = web_packages((ROOT / "web" / "package-lock.json").read_text())
    packages |= set(found)
    faults += wrong
    asked = True
    try:
        faults += known_faults(sorted(packages))
    except (OSError, ValueError, KeyError) as error:
        asked = False
        print(
            f"!! NOT AUDITED: no answer about known faults of {len(packages)} packages ({error}).\n"
            "!! Locks, hashes and licences were checked. DAMSO_AUDIT=strict makes this an error.",
            file=sys.stderr,
        )
    for fault in faults:
        print(fault, file=sys.stderr)
    return 1 if faults or (STRICT and not asked) else 0


if __name__ == "__main__":
    sys.exit(main())
