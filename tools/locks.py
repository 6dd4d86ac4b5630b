"""The locks answer what is asked: every direct dependency is locked, by hash, at a version that fits."""

import json
import re
import sys
import tomllib
from pathlib import Path

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

LOCKED = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)", re.MULTILINE)
# A lock says which package, and by which hash it is known: where it lies is everybody's own matter.
LINE = re.compile(r"#.*|[A-Za-z0-9._-]+==[^ ;\\]+( ; [^\\]+)? \\| {4}--hash=sha256:[0-9a-f]{64}( \\)?")
KEYS = {"version", "integrity", "license", "dev", "optional", "peer", "os", "cpu", "libc", "engines", "bin"} | {
    *("dependencies", "devDependencies", "optionalDependencies", "peerDependencies", "peerDependenciesMeta"),
    *("funding", "deprecated", "hasInstallScript", "name"),
}
BLOCK = re.compile(r"^[A-Za-z0-9].*(?:\n    .*)*", re.MULTILINE)


def python_findings() -> list[str]:
    project = tomllib.loads(Path("pyproject.toml").read_text())
    asked = {"base": project["project"]["dependencies"], **project["dependency-groups"]}
    findings = []
    for name, requirements in asked.items():
        path = Path(f"requirements/{name}.txt")
        text = path.read_text()
        versions = {canonicalize_name(package): version for package, version in LOCKED.findall(text)}
        for requirement in map(Requirement, requirements):
            version = versions.get(canonicalize_name(requirement.name))
            if version is None or version not in requirement.specifier:
                findings.append(
                    f"{path} has {requirement.name} {version}, pyproject.toml asks {requirement}: make lock."
                )
        strange = [line for line in text.splitlines() if line and not LINE.fullmatch(line)]
        findings += [f"{path}: {line!r} says more than a package, its version and its hashes." for line in strange]
        findings += [f"{path}: no hash in {block!r}." for block in BLOCK.findall(text) if "--hash=sha256:" not in block]
    return findings


def node_findings() -> list[str]:
    asked = json.loads(Path("package.json").read_text())
    packages = json.loads(Path("package-lock.json").read_text())["packages"]
    findings = [
        f"package-lock.json has another {name} than package.json: make lock."
        for name, version in (asked["dependencies"] | asked["devDependencies"]).items()
        if packages.get(f"node_modules/{name}", {}).get("version") != version
    ]
    findings += [
        f"package-lock.json: no hash for {name}." for name in packages if name and not packages[name].get("integrity")
    ]
    findings += [
        f"package-lock.json: {key!r} of {name or 'the project'} is nothing that a lock has to say."
        for name, package in packages.items()
        for key in package.keys() - KEYS
    ]
    return findings


def main() -> int:
    findings = python_findings() + node_findings()
    for finding in findings:
        print(finding)
    return bool(findings)


if __name__ == "__main__":
    sys.exit(main())
