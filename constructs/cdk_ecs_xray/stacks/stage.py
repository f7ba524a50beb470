"""One environment as a CDK Stage."""

from __future__ import annotations

from collections.abc import Mapping

import aws_cdk as cdk
from constructs import Construct

from cdk_ecs_xray.environments.environment import MONITORING_STACK, SAMPLING_STACK, Environment
from cdk_ecs_xray.environments.image_cache import IMAGE_CACHE_STACK
from cdk_ecs_xray.environments.transaction_search import TRANSACTION_SEARCH_STACK
from cdk_ecs_xray.stacks.cluster_stack import ClusterStack
from cdk_ecs_xray.stacks.image_cache_stack import ImageCacheStack
from cdk_ecs_xray.stacks.monitoring_stack import MonitoringStack
from cdk_ecs_xray.stacks.sampling_stack import SamplingStack
from cdk_ecs_xray.stacks.service_stack import ServiceStack
from cdk_ecs_xray.stacks.transaction_search_stack import TransactionSearchStack


class EnvironmentStage(cdk.Stage):
    """Holds one sampling stack, one stack per service, and others where they are asked for.

    The first two do not depend on each other, so CDK deploys them side by side.

    :param environments: all there are, this one included; None leaves out what needs to know.
    """

    def __init__(
        self,
        scope: Construct,
        *,
        environment: Environment,
        environments: Mapping[str, Environment] | None = None,
    ) -> None:
        super().__init__(
            scope,
            environment.name,
            env=cdk.Environment(account=environment.account, region=environment.region),
        )
        self.sampling = SamplingStack(
            self, SAMPLING_STACK, environment=environment, environments=environments
        )
        self.image_cache: ImageCacheStack | None = None
        if environment.image_cache is True:
            self.image_cache = ImageCacheStack(self, IMAGE_CACHE_STACK, environment=environment)
        self.cluster: ClusterStack | None = None
        if environment.cluster is not None and environment.cluster.create is not None:
            self.cluster = ClusterStack(
                self, environment=environment, created=environment.cluster.create
            )
        self.services = {
            service.name: ServiceStack(self, service.name, environment=environment, service=service)
            for service in environment.services
        }
        if self.image_cache is not None:
            for stack in self.services.values():
                # The first task must not start before its image can be pulled.
                stack.add_stack_dependency(self.image_cache)
        if self.cluster is not None:
            for stack in self.services.values():
                if environment.cluster_of(stack.service_model) == environment.cluster_name:
                    stack.add_stack_dependency(self.cluster)
        self.transaction_search = self._search(environment)
        self.monitoring: MonitoringStack | None = None
        if environment.monitoring is not None:
            self.monitoring = MonitoringStack(
                self,
                MONITORING_STACK,
                environment=environment,
                monitoring=environment.monitoring,
            )
            for stack in self.services.values():
                # Metric filters need the log groups they read.
                self.monitoring.add_stack_dependency(stack)

    def _search(self, environment: Environment) -> TransactionSearchStack | None:
        search = environment.transaction_search
        if search is None:
            return None
        return TransactionSearchStack(
            self, TRANSACTION_SEARCH_STACK, environment=environment, search=search
        )
