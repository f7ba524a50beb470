"""CloudFormation refuses to create a log group that is there already, as AWS does.

Ministack overwrites it, with all that was logged. So a deployment that fails in an account, because
an earlier one left its retained log groups behind, would pass here.
"""

from __future__ import annotations

import json
from typing import Any

from ministack.services import cloudwatch_logs
from ministack.services.cloudformation import provisioners

LOG_GROUP = "AWS::Logs::LogGroup"


def mend() -> None:
    """Look before creating."""
    handlers = provisioners._RESOURCE_HANDLERS[LOG_GROUP]
    create = handlers["create"]

    def create_new(logical_id: str, properties: dict[str, Any], stack: str) -> Any:
        name = properties.get("LogGroupName")
        if name is not None and name in cloudwatch_logs._log_groups:
            identifier = json.dumps({"/properties/LogGroupName": name}, separators=(",", ":"))
            raise ValueError(
                f"Resource of type '{LOG_GROUP}' with identifier '{identifier}' already exists."
            )
        return create(logical_id, properties, stack)

    # The update handler calls it by its name in the module when a group gets another name.
    provisioners._cwlogs_create = create_new
    handlers["create"] = create_new
