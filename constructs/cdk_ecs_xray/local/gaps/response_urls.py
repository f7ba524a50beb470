"""Custom resources answer to a presigned address, as on AWS.

Ministack's address holds a random token and no signature, and the gate serves nothing unsigned.
"""

from __future__ import annotations

import os

from botocore.auth import S3SigV4QueryAuth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from ministack.core import responses
from ministack.services.cloudformation import custom_resource

# CloudFormation's longest wait for a custom resource is an hour.
_LIFE = 2 * 3600


def mend() -> None:
    """Sign each address where ministack makes it."""
    unsigned = custom_resource._response_url

    def signed(token: str) -> str:
        credentials = Credentials(responses.get_account_id(), os.environ["AWS_SECRET_ACCESS_KEY"])
        request = AWSRequest(method="PUT", url=unsigned(token))
        S3SigV4QueryAuth(credentials, "s3", responses.get_region(), expires=_LIFE).add_auth(request)
        return str(request.url)

    custom_resource._response_url = signed
