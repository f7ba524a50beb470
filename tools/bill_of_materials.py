"""Write what a release consists of: a CycloneDX bill of materials and a list of licenses.

    python tools/bill_of_materials.py FOLDER

Both cover the packages that an installation with every extra brings, in the versions of
requirements.lock. The same lock gives the same bytes: they hold no time and no serial number.
"""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.metadata import Distribution, distribution
from pathlib import Path
from typing import Any

from cyclonedx.contrib.license.factories import LicenseFactory
from cyclonedx.model.bom import Bom, BomMetaData
from cyclonedx.model.component import Component, ComponentType
from cyclonedx.output.json import JsonV1Dot6
from packageurl import PackageURL
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parent.parent

# What packages write where an SPDX expression belongs, and what it means.
SPDX = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache License 2.0": "Apache-2.0",
    "Apache License": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "Apache-2.0": "Apache-2.0",
    "BSD License": "BSD-3-Clause",
    "BSD": "BSD-3-Clause",
    "Dual License": "Apache-2.0 OR BSD-3-Clause",
    "MIT License": "MIT",
    "MIT license": "MIT",
    "MIT": "MIT",
    "PSFL": "PSF-2.0",
    "The MIT License (MIT)": "MIT",
}


class UnknownLicenseError(Exception):
    """A package whose license is in no words that are known here."""


@dataclass(frozen=True)
class Package:
    """A package that a release needs."""

    name: str
    version: str
    license: str
    needs: tuple[str, ...]


def main(folder: Path) -> None:
    """Write both files into the folder."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    packages = needed(project)
    folder.mkdir(parents=True, exist_ok=True)
    name = f"{project['name']}-{project['version']}"
    (folder / f"{name}.cdx.json").write_text(bill(project, packages), encoding="utf-8")
    (folder / f"{name}-licenses.md").write_text(licenses(packages), encoding="utf-8")


def needed(project: dict[str, Any]) -> Sequence[Package]:
    """Return every package that the project and its extras bring, by name."""
    asked = [
        *project["dependencies"],
        *(text for extra in project["optional-dependencies"].values() for text in extra),
    ]
    open_ends = [Requirement(text) for text in asked]
    found: dict[str, Package] = {}
    seen: set[tuple[str, frozenset[str]]] = set()
    while open_ends:
        requirement = open_ends.pop()
        name, extras = canonicalize_name(requirement.name), frozenset(requirement.extras)
        if name == project["name"] or (name, extras) in seen:
            continue
        seen.add((name, extras))
        package = distribution(name)
        theirs = list(_applicable(package.requires or (), extras))
        open_ends += theirs
        before = found[name].needs if name in found else ()
        needs = {*before, *(canonicalize_name(one.name) for one in theirs)}
        found[name] = Package(name, package.version, license_of(package), tuple(sorted(needs)))
    return [found[name] for name in sorted(found)]


def _applicable(texts: Sequence[str], extras: frozenset[str]) -> Iterator[Requirement]:
    for text in texts:
        requirement = Requirement(text)
        marker = requirement.marker
        if marker is None or any(marker.evaluate({"extra": one}) for one in extras or {""}):
            yield requirement


def license_of(package: Distribution) -> str:
    """Return the SPDX expression of a package's license.

    :raises UnknownLicenseError: when the package says it in words that are not known here.
    """
    said = package.metadata
    if "License-Expression" in said:
        return str(said["License-Expression"])
    classifiers = [
        text.rpartition(" :: ")[2]
        for text in said.get_all("Classifier", [])
        if text.startswith("License :: ")
    ]
    named = said["License"].partition("\n")[0] if "License" in said else ""
    for words in (named, *classifiers):
        if words in SPDX:
            return SPDX[words]
    raise UnknownLicenseError(
        f"{said['Name']}: its license must be one that tools/bill_of_materials.py knows "
        f"(got '{named}', {classifiers}). Read it, then add its words to SPDX."
    )


def bill(project: dict[str, Any], packages: Sequence[Package]) -> str:
    """Return the bill of materials as CycloneDX JSON."""
    licenses = LicenseFactory()
    root = Component(
        name=project["name"],
        version=project["version"],
        type=ComponentType.LIBRARY,
        bom_ref=project["name"],
        licenses=[licenses.make_from_string(project["license"])],
    )
    components = {
        package.name: Component(
            name=package.name,
            version=package.version,
            type=ComponentType.LIBRARY,
            bom_ref=package.name,
            purl=PackageURL("pypi", name=package.name, version=package.version),
            licenses=[licenses.make_from_string(package.license)],
        )
        for package in packages
    }
    document = Bom(metadata=BomMetaData(component=root), components=components.values())
    document.register_dependency(root, components.values())
    for package in packages:
        theirs = [components[name] for name in package.needs]
        document.register_dependency(components[package.name], theirs)
    output = JsonV1Dot6(document)
    output.generate()
    return _without_run(output.output_as_string(indent=2))


def _without_run(text: str) -> str:
    # Drawn anew each time, they would make two builds of one version differ.
    document = json.loads(text)
    document.pop("serialNumber", None)
    document["metadata"].pop("timestamp", None)
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def licenses(packages: Sequence[Package]) -> str:
    """Return the list of licenses as Markdown."""
    rows = [f"| {one.name} | {one.version} | {one.license} |" for one in packages]
    return "\n".join(["| package | version | license |", "|---|---|---|", *rows, ""])


if __name__ == "__main__":
    main(Path(sys.argv[1]))
