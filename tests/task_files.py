"""A task definition file with placeholders, and what fills them."""

from __future__ import annotations

from collections.abc import Mapping

TASK = """\
{
  "networkMode": "bridge",
  "cpu": ${CPU},
  "containerDefinitions": [
    {
      "name": "${SERVICE_NAME}",
      "image": "registry.example.com/web:${TAG}",
      "memory": 64,
      "dockerLabels": {"com.example.team": "shop"},
      "logConfiguration": {"logDriver": "json-file", "options": {"max-size": "10m"}}
    }
  ],
  "volumes": [
    {
      "name": "pages",
      "efsVolumeConfiguration": {
        "fileSystemId": "fs-1",
        "authorizationConfig": {"iam": "ENABLED"}
      }
    }
  ]
}
"""
VALUES: Mapping[str, str | int] = {"CPU": "1024", "SERVICE_NAME": "web", "TAG": 7}
