# The bot alone. State is in /data, everything else can be read-only. See docs/operating.md.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
# [fleet,web] for several machines on a Postgres: docs/fleet.md.
ARG EXTRAS=[web]
WORKDIR /source
RUN python -m venv /app
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bots bots
COPY core core
COPY sandbox sandbox
COPY storage storage
RUN /app/bin/pip install --no-cache-dir --disable-pip-version-check -c constraints.txt ".${EXTRAS}"

FROM python:${PYTHON}-slim
# The second folder is for a Bot API server of your own, which shares the volume (compose.yaml).
RUN groupadd --system --gid 10001 cliprelay \
  && useradd --system --uid 10001 --gid 10001 --home-dir /data --shell /usr/sbin/nologin cliprelay \
  && install --directory --mode 700 --owner 10001 --group 10001 /data /data/bot-api
COPY --from=build /app /app
ENV PATH=/app/bin:$PATH \
  PYTHONDONTWRITEBYTECODE=1 \
  PYTHONUNBUFFERED=1 \
  DATABASE_URL=sqlite:////data/cliprelay.db \
  MEDIA_DIR=/data/media
WORKDIR /data
VOLUME /data
USER 10001:10001
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=15s --start-period=60s --retries=3 CMD ["cliprelay", "health"]
ENTRYPOINT ["cliprelay"]
CMD ["run"]
