# The first words to the host's Python, given with -c: read an archive from standard input, run it from memory.
# Standard input is noise, "DEPLOYTASKS <nonce> <size>\n" and that many bytes; it stays open for the conversation.
import os
import sys
import zlib

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
packed = b""
while len(packed) < int(size):
    chunk = os.read(0, int(size) - len(packed))
    if not chunk:
        sys.exit(95)
    packed += chunk
archive = os.fdopen(os.memfd_create("deploytasks-agent"), "w+b")
archive.write(zlib.decompress(packed))
archive.flush()
sys.path.insert(0, "/proc/self/fd/%d" % archive.fileno())
from deploytasks.agent.__main__ import converse

sys.exit(converse(nonce))
