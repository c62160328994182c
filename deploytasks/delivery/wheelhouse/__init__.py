"""Wheels for hosts that reach no package index: resolved and fetched here, once for all hosts that are alike."""

from deploytasks.delivery.wheelhouse.wheels import with_wheels

__all__ = ["with_wheels"]
