"""Roles and a host make one deployment, and a plan of it: nothing is contacted."""
