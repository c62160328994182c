"""An Ansible project that deploys an app, read once so that it can be deployed from here: ``inv init --from-ansible``.

What its playbook says is found by reading, never by running: plays become tasks, tasks become findings.
"""
