"""Log groups that are there already, and their keys, as on AWS.

Ministack lets CloudFormation overwrite a group, with all that was logged. So a deployment that
fails in an account, because an earlier one left its retained log groups behind, would pass here.
It also knows no ``AssociateKmsKey``.
"""

from __future__ import annotations

import json
from typing import Any

from ministack.core import responses
from ministack.services import cloudwatch_logs
from ministack.services.cloudformation import provisioners

from cdk_ecs_xray.files.plain_data import json_or_none

LOG_GROUP = "AWS::Logs::LogGroup"
_ASSOCIATE = "Logs_20140328.AssociateKmsKey"


def mend() -> None:
    """Look before creating, and take keys."""
    _take_keys()
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


def _take_keys() -> None:
    handle = cloudwatch_logs.handle_request

    async def handle_request(
        method: str, path: str, headers: Any, body: bytes, query_params: Any
    ) -> Any:
        if headers.get("x-amz-target") != _ASSOCIATE:
            return await handle(method, path, headers, body, query_params)
        return _associate(json_or_none(body.decode(errors="replace")))

    cloudwatch_logs.handle_request = handle_request


def _associate(request: object) -> Any:
    """AssociateKmsKey for a group by its name; whether the key exists is not looked up."""
    asked = request if isinstance(request, dict) else {}
    group = cloudwatch_logs._log_groups.get(str(asked.get("logGroupName")))
    if group is None:
        return responses.error_response_json(
            "ResourceNotFoundException", "The specified log group does not exist.", 400
        )
    group["kmsKeyId"] = asked.get("kmsKeyId")
    return responses.json_response({})
