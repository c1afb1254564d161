"""Books of the compute plan for tests."""

from xlcost.blueprints.compute_plan.blueprint import COMPUTE_PLAN
from xlcost.kit.build import build


def compute_plan(inputs=None):
    """The plan's book for these inputs."""
    return build(COMPUTE_PLAN, inputs).book
