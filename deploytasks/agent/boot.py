# The first words to the host's Python, given with -c: read an archive from standard input, run it from memory.
# Standard input is "<noise> MAGIC <nonce> <size>\n" and *size* bytes of zip; it stays open for the conversation.
import os
import sys

if sys.version_info < (3, 8):
    sys.stderr.write("deploytasks-python %d.%d\n" % sys.version_info[:2])
    sys.exit(96)
line = b"\n"
while line and not line.startswith(b"DEPLOYTASKS "):
    line = b""
    while not line.endswith(b"\n"):
        byte = os.read(0, 1)
        if not byte:
            sys.exit(95)
        line += byte
_, nonce, size = line.decode("ascii").split()
archive = os.fdopen(os.memfd_create("deploytasks-agent"), "w+b")
left = int(size)
while left:
    chunk = os.read(0, min(left, 65536))
    if not chunk:
        sys.exit(95)
    archive.write(chunk)
    left -= len(chunk)
archive.flush()
sys.path.insert(0, "/proc/self/fd/%d" % archive.fileno())
from deploytasks.agent.__main__ import converse  # noqa: E402

sys.exit(converse(nonce))
