"""What another user of the machine tries: ``another_user.py PORT PID FOLDER``, started by root.

Prints, as JSON, its user id, what it could read, and how each of its requests was answered.
"""

from __future__ import annotations

import json
import os
import sys
from http.client import HTTPConnection

NOBODY = 65534
GUESSED = {
    "none": {},
    "the account as key, and no secret": {
        "Authorization": "AWS4-HMAC-SHA256 Credential=000000000000/20260101/us-east-1/lambda/"
        "aws4_request, SignedHeaders=host, Signature=0"
    },
}
PATHS = ("/2015-03-31/functions/", "/_ministack/reset", "/_ecs_xray/reset")


def main() -> None:
    port, pid, folder = int(sys.argv[1]), sys.argv[2], sys.argv[3]
    # A later import would need files that only root may read.
    "localhost".encode("idna")
    os.setgroups([])
    os.setgid(NOBODY)
    os.setuid(NOBODY)
    files = (f"{folder}/run.json", f"{folder}/server.log", f"/proc/{pid}/environ")
    print(  # noqa: T201 - the answer
        json.dumps(
            {
                "user": os.getuid(),
                "read": [path for path in files if can_read(path)],
                "listed": can_list(folder),
                "answers": [ask(port, path, sent) for path in PATHS for sent in GUESSED.values()],
            }
        )
    )


def can_read(path: str) -> bool:
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib is loaded lazily in places
            file.read()
    except OSError:
        return False
    return True


def can_list(folder: str) -> bool:
    try:
        os.listdir(folder)  # noqa: PTH208 - as above
    except OSError:
        return False
    return True


def ask(port: int, path: str, headers: dict[str, str]) -> int:
    connection = HTTPConnection("127.0.0.1", port, timeout=60)
    try:
        connection.request("POST", path, b"{}", headers)
        return connection.getresponse().status
    finally:
        connection.close()


if __name__ == "__main__":
    main()
