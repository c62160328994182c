"""Templates in values, filled in as ansible-core 2.19 does: lazily, with native types, in a sandbox.

What differs is refused with the reason: names that only a run of Ansible knows, filters that give another answer each
time, lookups that run or change something.
"""
