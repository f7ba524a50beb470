"""``defaults``: keys that the services of an environment share. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError, create_model

from cdk_ecs_xray.environments.service import Service
from cdk_ecs_xray.environments.service_keys import excluded_by

_OF_ONE_SERVICE = (
    "name",
    "tracing_name",
    "image",
    "containers",
    "task_definition",
    "task_definition_values",
    "replace_collector",
)
_MERGED = ("environment", "secrets", "tags", "volumes")


def _optional_fields() -> dict[str, Any]:
    fields: dict[str, Any] = {}
    for name, field in Service.model_fields.items():
        if name not in _OF_ONE_SERVICE:
            optional = copy(field)
            optional.default, optional.default_factory = None, None
            fields[name] = (field.annotation | None, optional)  # type: ignore[operator]
    return fields


Defaults: type[BaseModel] = create_model(
    "Defaults",
    __config__=ConfigDict(frozen=True, extra="forbid", strict=True, defer_build=True),
    __doc__="Keys that every service has which does not say otherwise.",
    **_optional_fields(),
)


def with_defaults(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Return what a file says of an environment, with its defaults in the services.

    A service's own key wins whole; variables, secrets, tags and volumes are merged by name. What
    is wrong in the defaults stays out of the services, so that it is reported once.
    """
    defaults, services = data.get("defaults"), data.get("services")
    if not isinstance(defaults, Mapping) or not isinstance(services, list | tuple):
        return data
    usable = {key: value for key, value in defaults.items() if key not in _wrong_keys(defaults)}
    return {
        **data,
        "services": [
            _filled(service, usable) if isinstance(service, Mapping) else service
            for service in services
        ],
    }


def _filled(service: Mapping[str, Any], defaults: Mapping[str, Any]) -> Mapping[str, Any]:
    excluded = excluded_by(service)
    filled = {key: value for key, value in defaults.items() if key not in excluded}
    for key in _MERGED:
        own, shared = service.get(key), filled.get(key)
        if isinstance(own, Mapping) and isinstance(shared, Mapping):
            service = {**service, key: {**shared, **own}}
    return {**filled, **service}


def _wrong_keys(defaults: Mapping[str, Any]) -> frozenset[str]:
    try:
        Defaults.model_validate(dict(defaults))
    except ValidationError as invalid:
        return frozenset(
            str(detail["loc"][0]) for detail in invalid.errors(include_url=False) if detail["loc"]
        )
    return frozenset()
