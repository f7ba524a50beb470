"""The collectors' logs: no line is no answer, and each log is read once."""

from __future__ import annotations

from cdk_ecs_xray.verify.check import CheckStatus
from cdk_ecs_xray.verify.checks.collector_logs import COLLECTOR_LOGS
from cdk_ecs_xray.verify.checks.log_groups import LOG_GROUPS
from tests.verify.account import XRAY_SDK, app, daemon, deployment, log, stack

FINE = "2026-11-20T22:57:03Z [Info] Successfully sent batch of 50 segments (0.004 seconds)"
REJECTED = "2026-11-20T22:57:03Z [Error] Unprocessed segment: {0xc000014120 0xc000014130 {}}"


def test_a_log_without_a_line_is_not_checked() -> None:
    looked_at = deployment(
        stack(app(**XRAY_SDK), daemon()), running=XRAY_SDK, filter_log_events=log()
    )
    (answer,) = COLLECTOR_LOGS.look(looked_at)
    assert answer.status is CheckStatus.NOT_CHECKED
    assert answer.clause == "no line in the last 10 minutes"


def test_a_log_with_normal_lines_is_ok() -> None:
    lines = log(**{"xray/xray/1": [FINE]})
    looked_at = deployment(
        stack(app(**XRAY_SDK), daemon()), running=XRAY_SDK, filter_log_events=lines
    )
    (answer,) = COLLECTOR_LOGS.look(looked_at)
    assert (answer.status, answer.clause) == (
        CheckStatus.OK,
        "no trouble in 1 line of the last 10 minutes",
    )


def test_services_that_share_a_log_get_one_line_with_their_names() -> None:
    source = stack(app(**XRAY_SDK), daemon(), Second=[app(**XRAY_SDK), daemon()])
    lines = log(**{"xray/xray/1": [REJECTED, REJECTED]})
    (answer,) = COLLECTOR_LOGS.look(deployment(source, running=XRAY_SDK, filter_log_events=lines))
    assert answer.subject == "collector log of orders, second"
    assert answer.clause.startswith("rejected-segments 2 times in")


def test_an_apps_lines_in_the_same_group_are_not_the_collectors() -> None:
    logging_app = {**app(**XRAY_SDK), "LogConfiguration": daemon()["LogConfiguration"]}
    lines = log(**{"xray/app/1": ["Sending segment batch failed, says the app"]})
    looked_at = deployment(stack(logging_app, daemon()), running=XRAY_SDK, filter_log_events=lines)
    (answer,) = COLLECTOR_LOGS.look(looked_at)
    assert answer.status is CheckStatus.NOT_CHECKED


def test_a_log_group_of_several_containers_is_one_line() -> None:
    logging_app = {**app(**XRAY_SDK), "LogConfiguration": daemon()["LogConfiguration"]}
    groups = {"logGroups": [{"logGroupName": "/shop/xray", "retentionInDays": 30}]}
    looked_at = deployment(
        stack(logging_app, daemon()), running=XRAY_SDK, describe_log_groups=groups
    )
    (answer,) = LOG_GROUPS.look(looked_at)
    assert answer.status is CheckStatus.OK
