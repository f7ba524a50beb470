"""Write the review into a comment of the pull request, or update the one that is there.

Reads GITHUB_API_URL, GITHUB_REPOSITORY, GITHUB_TOKEN, PULL_REQUEST, REVIEWED and MARKDOWN. Only the
standard library: the review's environment holds no client of GitHub.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

PAGE = 100


def main() -> int:
    """Write the comment; 0 when it is there."""
    text = Path(os.environ["MARKDOWN"]).read_text(encoding="utf-8")
    # One comment for each thing that is reviewed; a marker that nobody sees tells them apart.
    reviewed = hashlib.sha256(os.environ["REVIEWED"].encode()).hexdigest()[:12]
    marker = f"<!-- ecs-xray review {reviewed} -->"
    try:
        there = next((one for one in _comments() if one["body"].startswith(marker)), None)
        body = {"body": f"{marker}\n{text}"}
        if there is None:
            _ask("POST", f"issues/{os.environ['PULL_REQUEST']}/comments", body)
        else:
            _ask("PATCH", f"issues/comments/{there['id']}", body)
    except urllib.error.HTTPError as error:
        print(
            f"::error title=ecs-xray review::GitHub refused the comment ({error.code})."
            " Give the job the permission pull-requests: write, or set comment: false."
        )
        return 1
    except urllib.error.URLError as error:
        print(
            f"::error title=ecs-xray review::GitHub did not answer ({error.reason}). Run it again."
        )
        return 1
    return 0


def _comments() -> Iterator[Mapping[str, Any]]:
    page = 1
    while True:
        path = f"issues/{os.environ['PULL_REQUEST']}/comments?per_page={PAGE}&page={page}"
        found = _ask("GET", path)
        yield from found
        if len(found) < PAGE:
            return
        page += 1


def _ask(method: str, path: str, body: Mapping[str, str] | None = None) -> Any:
    request = urllib.request.Request(  # noqa: S310 - the API's address comes from the runner
        f"{os.environ['GITHUB_API_URL']}/repos/{os.environ['GITHUB_REPOSITORY']}/{path}",
        method=method,
        data=None if body is None else json.dumps(body).encode(),
        headers={
            "Accept": "application/vnd.github+json",
            "Authorization": f"Bearer {os.environ['GITHUB_TOKEN']}",
            "Content-Type": "application/json",
        },
    )
    with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - as above
        return json.load(answer)


if __name__ == "__main__":
    sys.exit(main())
