"""An app of your own that deploys the files in environments/, beside what else it has."""

import aws_cdk as cdk

from cdk_ecs_xray import add_environments

app = cdk.App()
add_environments(app, "environments")
app.synth()
