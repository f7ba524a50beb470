"""The report as SARIF 2.1.0, which code scanning of GitHub and others reads."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from importlib.metadata import version
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from cdk_ecs_xray.files.pages import how_to_read
from cdk_ecs_xray.printable import json_text, printable
from cdk_ecs_xray.review.report import Report
from cdk_ecs_xray.review.rule import Finding
from cdk_ecs_xray.review.rules import RULES
from cdk_ecs_xray.templates.container import Place

# The published structure: OASIS, SARIF version 2.1.0, errata 01.
_SCHEMA = (
    "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
)
_BASE = "SRCROOT"


def rendered(report: Report) -> str:
    """Return the findings as one run of one tool."""
    document = {
        "$schema": _SCHEMA,
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {
                        "name": "ecs-xray review",
                        "semanticVersion": version("cdk-ecs-xray"),
                        "rules": [
                            {
                                "id": rule.id,
                                "shortDescription": {"text": rule.title},
                                "helpUri": rule.source,
                                "help": {"text": f"{rule.title}: {how_to_read(rule.id)}"},
                                "defaultConfiguration": {"level": str(rule.severity)},
                            }
                            for rule in RULES
                        ],
                    }
                },
                "columnKind": "unicodeCodePoints",
                "results": [_result(finding) for finding in report.findings],
            }
        ],
    }
    return json_text(document, ascii_only=False) + "\n"


def _result(finding: Finding) -> Mapping[str, Any]:
    ids = [rule.id for rule in RULES]
    # Where CDK wrote it, the line of the program: that is what a reader can change.
    file, line = finding.place.source or (finding.place.file, finding.place.line)
    known = {"ruleIndex": ids.index(finding.id)} if finding.id in ids else {}
    return {
        "ruleId": finding.id,
        **known,
        "level": str(finding.severity),
        "message": {"text": _unlinked(str(finding.problem))},
        "locations": [
            {
                "physicalLocation": {
                    "artifactLocation": _location(file),
                    "region": {"startLine": line},
                },
                "logicalLocations": [_logical(finding.place)],
            }
        ],
        # What distinguishes a finding from others when lines move.
        "partialFingerprints": {"place/v1": _fingerprint(finding)},
    }


def _logical(place: Place) -> Mapping[str, str]:
    """Return the place as its stack and resource, or as an address that says both by itself."""
    if not place.whole:
        return {"fullyQualifiedName": printable(str(place))}
    named = {} if place.container is None else {"name": printable(place.container)}
    return {**named, "fullyQualifiedName": printable(place.resource), "kind": "resource"}


def _unlinked(text: str) -> str:
    """Return text without links: SARIF has Markdown's form for them in plain messages too."""
    return text.replace("](", "] (")


def _location(file: str) -> Mapping[str, str]:
    path = PurePath(file)
    if path.is_absolute():
        return {"uri": path.as_uri()}
    return {"uri": quote(path.as_posix()), "uriBaseId": _BASE}


def _fingerprint(finding: Finding) -> str:
    return hashlib.sha256(f"{finding.id} {finding.place}".encode()).hexdigest()[:32]
