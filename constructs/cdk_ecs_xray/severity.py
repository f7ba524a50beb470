"""How bad a finding is, of a template and of sampling rules alike."""

from __future__ import annotations

from enum import StrEnum


class Severity(StrEnum):
    """Errors lose traces, break tasks or must not be deployed; warnings may be meant."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"

    @property
    def rank(self) -> int:
        """0 is worst."""
        return list(Severity).index(self)
