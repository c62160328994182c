"""What an instance may speak on its socket: one protocol per file, each with ``request`` and ``response``.

What a response is made of is read by ``answer.py``.
"""
