"""Somebody else's tasks, run by ``inv``: their own beside those of deploytasks."""

from invoke import Collection, task

from deploytasks.tasks import ns as hosts


@task
def lunch(c):
    """Tell what there is."""
    print("soup")


ns = Collection(lunch, hosts=hosts)
