# Our reconstruction of what the original adds to Terraform. It shows names, the policy's Sid and
# effect, and that the service waits for something; the values it lost are listed, each with our
# reason, in reconstructed.yaml.

resource "aws_cloudwatch_log_group" "xray" {
  name              = "/fq/${var.environment}/${var.service_name}-watcher/instance/xray"
  retention_in_days = 30
}

resource "aws_iam_role_policy" "xray" {
  role = aws_iam_role.task.id

  policy = <<POLICY
{
  "Statement": [
    {
      "Sid": "XRayDaemonWriteAccess",
      "Effect": "Allow",
      "Action": [
        "xray:PutTraceSegments",
        "xray:PutTelemetryRecords",
        "xray:GetSamplingRules",
        "xray:GetSamplingTargets",
        "xray:GetSamplingStatisticSummaries"
      ],
      "Resource": [
        "*"
      ]
    }
  ]
}
POLICY
}

resource "aws_ecs_service" "ecs-watcher" {
  launch_type = "EC2"

  depends_on = [
    aws_cloudwatch_log_group.xray,
    aws_iam_role_policy.xray,
  ]
}
