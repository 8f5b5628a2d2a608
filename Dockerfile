# A server of Palate: no PyTorch, no compiler, no root.
#
#     make wheel && docker build --tag palate .
#     docker run --rm --volume palate:/data palate keys make --name shop --role write > shop.key
#     docker run --read-only --tmpfs /tmp --volume palate:/data --publish 127.0.0.1:50051:50051 palate
#
# What is installed is pinned and hashed in deploy/image/requirements.txt (`make lock`); the wheels
# are Palate's, which carries the networks of the bundled encoders. docs/deployment.md says more.

ARG BASE=docker.io/library/debian:bookworm-slim

# hadolint ignore=DL3006
FROM ${BASE} AS build
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 python3-venv \
    && rm -rf /var/lib/apt/lists/*
COPY deploy/image/requirements.txt dist/palate*.whl /build/
RUN python3 -m venv /opt/palate \
    && /opt/palate/bin/pip install --no-cache-dir --require-hashes --only-binary :all: \
        --requirement /build/requirements.txt \
    && /opt/palate/bin/pip install --no-cache-dir --no-deps /build/palate*.whl \
    && /opt/palate/bin/pip uninstall --yes pip setuptools

# hadolint ignore=DL3006
FROM ${BASE}
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates python3 \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --uid 10001 --user-group --no-create-home --shell /usr/sbin/nologin palate \
    && install --directory --owner palate --group palate /data
COPY --from=build /opt/palate /opt/palate
ENV PATH=/opt/palate/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PALATE_DATA=/data \
    PALATE_SERVER__HEALTH=0.0.0.0:50052
USER 10001:10001
VOLUME /data
EXPOSE 50051 50052 9464
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=120s --retries=3 \
    CMD ["python3", "-m", "palate.health", "127.0.0.1:50052"]
ENTRYPOINT ["palate"]
CMD ["serve", "--address", "0.0.0.0:50051"]
