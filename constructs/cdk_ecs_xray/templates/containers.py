"""Reads one container definition."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from cdk_ecs_xray.collectors.evidence import Evidence
from cdk_ecs_xray.templates.container import Container, Dependency, LogTarget, Place, PortMapping
from cdk_ecs_xray.templates.roles import entries
from cdk_ecs_xray.unknown import Text, Unknown, known

_NOWHERE = Place(stack="", resource="", file="", line=1)


def read_container(
    task: Place,
    definition: Mapping[str, Any],
    *,
    secret: Callable[[object], Text | None] = lambda _: None,
) -> Container:
    """Return a container definition as the model has it; odd values stay unknown.

    :param secret: returns what a secret holds where that is in the templates.
    """
    name = _text(definition.get("Name", "?"))
    essential = definition.get("Essential", True)
    files = definition.get("EnvironmentFiles")
    return Container(
        place=replace(task, container=str(name)),
        name=name,
        image=_text(definition.get("Image", "")),
        essential=essential
        if isinstance(essential, bool | Unknown)
        else str(essential).lower() != "false",
        environment=_environment(definition, secret),
        environment_complete=not entries(files)
        and not isinstance(definition.get("Environment"), Unknown),
        links=[_text(link) for link in entries(definition.get("Links"))],
        ports=[_port(mapping) for mapping in _mappings(definition.get("PortMappings"))],
        command=_words(definition.get("Command")),
        entry_point=_words(definition.get("EntryPoint")),
        health_check=_health_check(definition.get("HealthCheck")),
        depends_on=[
            Dependency(
                container=_text(mapping.get("ContainerName", "?")),
                condition=str(mapping.get("Condition", "START")),
            )
            for mapping in _mappings(definition.get("DependsOn"))
        ],
        log=_log(definition.get("LogConfiguration")),
        memory_mib=_number(definition.get("Memory", definition.get("MemoryReservation"))),
        read_only_root=str(definition.get("ReadonlyRootFilesystem")).lower() == "true",
        mounts=bool(entries(definition.get("MountPoints"))),
        user=None if definition.get("User") is None else _text(definition["User"]),
        extra_hosts={
            str(pair.get("Hostname")): _text(pair.get("IpAddress"))
            for pair in _mappings(definition.get("ExtraHosts"))
        },
        secrets=_secrets(definition),
        routes_logs=definition.get("FirelensConfiguration") is not None,
    )


def evidence_of(definition: Mapping[str, Any]) -> Evidence:
    """Return what shows whether a container definition of a template is a collector."""
    return read_container(_NOWHERE, definition).evidence


def _environment(
    definition: Mapping[str, Any], stored: Callable[[object], Text | None]
) -> Mapping[str, Text]:
    variables: dict[str, Text] = {}
    for pair in _mappings(definition.get("Environment")):
        value = pair.get("Value", "")
        # ECS takes texts only, and YAML's true is spelled so in a variable.
        variables[str(pair.get("Name"))] = value if isinstance(value, Unknown) else _plain(value)
    for secret in _mappings(definition.get("Secrets")):
        name = str(secret.get("Name"))
        value = stored(secret.get("ValueFrom"))
        variables[name] = Unknown(expression=f"the secret of {name}") if value is None else value
    return variables


def _secrets(definition: Mapping[str, Any]) -> Sequence[Text]:
    log = definition.get("LogConfiguration")
    credentials = definition.get("RepositoryCredentials")
    options = log.get("SecretOptions") if isinstance(log, Mapping) else None
    found = [
        *(secret.get("ValueFrom") for secret in _mappings(definition.get("Secrets"))),
        *(secret.get("ValueFrom") for secret in _mappings(options)),
        credentials.get("CredentialsParameter") if isinstance(credentials, Mapping) else None,
    ]
    return [_text(one) for one in found if one is not None]


def _plain(value: object) -> str:
    found = known(value)
    return "" if found is None else found


def _port(mapping: Mapping[str, Any]) -> PortMapping:
    host = mapping.get("HostPort")
    return PortMapping(
        container=_number(mapping.get("ContainerPort")),
        host=host if host is None or isinstance(host, Unknown) else _number(host),
        protocol=str(mapping.get("Protocol", "tcp")),
    )


def _health_check(value: object) -> Sequence[Text] | Unknown | None:
    if value is None or isinstance(value, Unknown):
        return value
    command = value.get("Command") if isinstance(value, Mapping) else None
    words = _words(command)
    # ["NONE"] switches the image's own check off.
    return None if list(words if not isinstance(words, Unknown) else ()) == ["NONE"] else words


def _log(value: object) -> LogTarget | None:
    if not isinstance(value, Mapping) or value.get("LogDriver") != "awslogs":
        return None
    options = value.get("Options")
    if not isinstance(options, Mapping):
        return None
    group = options.get("awslogs-group")
    return LogTarget(
        group=None if group is None else _text(group),
        creates_group=str(options.get("awslogs-create-group")).lower() == "true",
    )


def _words(value: object) -> Sequence[Text] | Unknown:
    if isinstance(value, Unknown):
        return value
    return [_text(word) for word in entries(value)]


def _mappings(value: object) -> Sequence[Mapping[str, Any]]:
    return [entry for entry in entries(value) if isinstance(entry, Mapping)]


def _number(value: object) -> int | None:
    text = known(value)
    return int(text) if text is not None and re.fullmatch(r"[0-9]+", text) else None


def _text(value: object) -> Text:
    return value if isinstance(value, Unknown) else _plain(value)
