"""Somebody else's tasks, run by ``inv``: their own beside those of deploytasks."""

from deploytasks.tasks import ns as hosts
from invoke import Collection, task


@task
def lunch(c):
    """Tell what there is."""
    print("soup")


ns = Collection(lunch, hosts=hosts)
