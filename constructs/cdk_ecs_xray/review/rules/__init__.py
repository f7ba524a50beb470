"""Every rule of a review, one small file each."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence

from cdk_ecs_xray.errors import Problem, ReviewError
from cdk_ecs_xray.files.pages import how_to_read
from cdk_ecs_xray.review.rule import Rule
from cdk_ecs_xray.review.rules import (
    address_dns_name,
    address_malformed,
    address_missing,
    address_unanswered,
    address_unspecified,
    adot_loses_origin,
    agent_read_only_root,
    agent_without_configuration,
    app_waits_for_collector,
    arn_fixes_partition,
    binds_loopback_in_bridge,
    buffer_memory_default,
    buffer_memory_unusable,
    collector_behind_envoy,
    collector_on_windows,
    collector_stops_first,
    collectors_share_port,
    context_missing_invalid,
    context_missing_throws,
    essential_collector,
    execution_role_denied,
    execution_role_missing,
    health_check_calls_xray,
    health_check_needs_shell,
    host_port_outside_bridge,
    image_latest,
    image_old,
    link_missing,
    link_outside_bridge,
    localhost_in_bridge,
    log_group_differs,
    log_never_expires,
    name_clash,
    network_mode_none,
    not_read,
    otlp_mismatch,
    otlp_not_taken,
    otlp_only,
    permissions_missing,
    permissions_on_execution_role,
    port_2000_shared,
    proxy_not_on_collector,
    proxy_open,
    proxy_published,
    proxy_takes_traces,
    region_missing,
    sampling_permissions_missing,
    segments_sent_as_spans,
    span_permissions_missing,
    subnets_without_egress,
    task_role_missing,
    transaction_search_needed,
    udp_port_unmapped,
    waits_without_health_check,
)
from cdk_ecs_xray.sampling.findings import SamplingCheck

RULES: Sequence[Rule] = tuple(
    module.RULE
    for module in (
        address_dns_name,
        address_malformed,
        address_missing,
        address_unanswered,
        address_unspecified,
        adot_loses_origin,
        agent_read_only_root,
        agent_without_configuration,
        app_waits_for_collector,
        arn_fixes_partition,
        binds_loopback_in_bridge,
        buffer_memory_default,
        buffer_memory_unusable,
        collector_behind_envoy,
        collector_on_windows,
        collector_stops_first,
        collectors_share_port,
        context_missing_invalid,
        context_missing_throws,
        essential_collector,
        execution_role_denied,
        execution_role_missing,
        health_check_calls_xray,
        health_check_needs_shell,
        host_port_outside_bridge,
        image_latest,
        image_old,
        link_missing,
        link_outside_bridge,
        localhost_in_bridge,
        log_group_differs,
        log_never_expires,
        name_clash,
        network_mode_none,
        not_read,
        otlp_mismatch,
        otlp_not_taken,
        otlp_only,
        permissions_missing,
        permissions_on_execution_role,
        port_2000_shared,
        proxy_not_on_collector,
        proxy_open,
        proxy_published,
        proxy_takes_traces,
        region_missing,
        sampling_permissions_missing,
        segments_sent_as_spans,
        span_permissions_missing,
        subnets_without_egress,
        task_role_missing,
        transaction_search_needed,
        udp_port_unmapped,
        waits_without_health_check,
    )
)
"""In the order of their ids."""


def known_ids(ids: Collection[str]) -> Collection[str]:
    """Return ids of rules as they are.

    :raises ReviewError: for each that no rule has, so that a misspelt one accepts nothing unseen.
    """
    known = [*(rule.id for rule in RULES), *map(str, SamplingCheck)]
    problems = [
        Problem(
            where="--accept",
            what=f"finding '{accepted_id}' not found",
            fix=f"Did you mean '{_closest(accepted_id, known)}'? Run "
            f"{how_to_read('troubleshooting')} for all ids.",
        )
        for accepted_id in ids
        if accepted_id not in known
    ]
    if problems:
        raise ReviewError(*problems)
    return ids


def _closest(word: str, known: Sequence[str]) -> str:
    return (difflib.get_close_matches(word, known, n=1, cutoff=0.3) or known)[0]
