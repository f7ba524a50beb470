// The service of synthesis_by_hand.py in the language that CDK itself is written in.
"use strict";

const cdk = require("aws-cdk-lib");
const ec2 = require("aws-cdk-lib/aws-ec2");
const ecs = require("aws-cdk-lib/aws-ecs");
const iam = require("aws-cdk-lib/aws-iam");
const logs = require("aws-cdk-lib/aws-logs");

class ServiceByHand extends cdk.Stack {
  constructor(scope, name) {
    super(scope, name, { stackName: `fq-dev-${name}` });
    const taskDefinition = new ecs.Ec2TaskDefinition(this, "TaskDefinition", {
      family: `fq-dev-${name}`,
    });
    const logGroup = this.logGroup("CollectorLog", `/fq/dev/${name}/instance/xray`);
    const sidecar = taskDefinition.addContainer("fq-dev-xray", {
      image: ecs.ContainerImage.fromRegistry("public.ecr.aws/xray/aws-xray-daemon:3.6.6"),
      cpu: 32,
      memoryReservationMiB: 256,
      command: ["--buffer-memory", "16", "--local-mode"],
      environment: { AWS_REGION: this.region, GOMEMLIMIT: "179MiB" },
      portMappings: [{ containerPort: 2000, hostPort: 0, protocol: ecs.Protocol.UDP }],
      logging: ecs.LogDriver.awsLogs({ logGroup, streamPrefix: "xray" }),
    });
    const app = taskDefinition.addContainer(name, {
      image: ecs.ContainerImage.fromRegistry("nginx:1"),
      cpu: 128,
      memoryReservationMiB: 256,
      environment: {
        AWS_XRAY_DAEMON_ADDRESS: "fq-dev-xray:2000",
        AWS_XRAY_CONTEXT_MISSING: "LOG_ERROR",
        AWS_XRAY_TRACING_NAME: name,
      },
      portMappings: [{ containerPort: 80 }],
      logging: ecs.LogDriver.awsLogs({
        logGroup: this.logGroup("ApplicationLog", `/fq/dev/${name}/instance/app`),
        streamPrefix: "app",
      }),
    });
    app.addLink(sidecar);
    app.addContainerDependencies({
      container: sidecar,
      condition: ecs.ContainerDependencyCondition.START,
    });
    taskDefinition.addToTaskRolePolicy(
      new iam.PolicyStatement({
        sid: "XRayDaemonWriteAccess",
        actions: [
          "xray:PutTraceSegments",
          "xray:PutTelemetryRecords",
          "xray:GetSamplingRules",
          "xray:GetSamplingTargets",
          "xray:GetSamplingStatisticSummaries",
        ],
        resources: ["*"],
      }),
    );
    this.service(name, taskDefinition).node.addDependency(logGroup);
    for (const output of ["TraceMap", "Traces", "CollectorLog"]) {
      new cdk.CfnOutput(this, `${output}Url`, {
        value: `https://${this.region}/${output}/${name}`,
      });
    }
  }

  logGroup(id, logGroupName) {
    return new logs.LogGroup(this, id, {
      logGroupName,
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: cdk.RemovalPolicy.DESTROY,
    });
  }

  service(name, taskDefinition) {
    const vpc = ec2.Vpc.fromVpcAttributes(this, "Vpc", {
      vpcId: "vpc-1",
      availabilityZones: ["a"],
      publicSubnetIds: ["subnet-1"],
    });
    return new ecs.Ec2Service(this, "Service", {
      cluster: ecs.Cluster.fromClusterAttributes(this, "Cluster", { clusterName: "shared", vpc }),
      taskDefinition,
      serviceName: `fq-dev-${name}`,
      desiredCount: 1,
      minHealthyPercent: 50,
      enableECSManagedTags: true,
      propagateTags: ecs.PropagatedTagSource.SERVICE,
      circuitBreaker: { enable: true, rollback: true },
    });
  }
}

const app = new cdk.App({ outdir: process.argv[3] });
for (let number = 0; number < Number(process.argv[2]); number += 1) {
  new ServiceByHand(app, `service${number}`);
}
app.synth();
