# deploytasks for pipelines: inv, git and ssh, for whatever user number a container is started with.
# The build context is a directory with its wheel, and maybe those that it needs: see "make image" and docs/pipelines.md.
ARG BASE=debian:12
FROM ${BASE}

RUN apt-get update \
    && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
        ca-certificates git openssh-client python3 python3-venv \
    && apt-get clean \
    && rm -rf /var/lib/apt/lists/*

COPY *.whl /tmp/wheels/
# PIP_NO_INDEX=1 takes nothing but what lies there.
ARG PIP_NO_INDEX=""
RUN python3 -m venv /opt/deploytasks \
    && /opt/deploytasks/bin/pip install --no-cache-dir --find-links /tmp/wheels "deploytasks[wheelhouse]" \
    && rm -rf /tmp/wheels \
    && useradd --uid 10001 --create-home controller

ENV PATH=/opt/deploytasks/bin:/usr/local/bin:/usr/bin:/bin
WORKDIR /work
USER 10001
CMD ["inv", "--list"]
