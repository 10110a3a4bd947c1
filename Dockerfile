# One image for every role: `aura` is the entrypoint, `serve --role web`, `serve --role worker`, `db upgrade` and the
# rest are arguments. It holds no secret: settings come from the environment (.env.example lists them).
FROM python:3.13-slim AS build
WORKDIR /src
RUN python -m venv /opt/aura
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bots ./bots
COPY handlers ./handlers
COPY domain ./domain
COPY scheduler ./scheduler
COPY migrations ./migrations
RUN /opt/aura/bin/pip install --constraint constraints.txt .

FROM python:3.13-slim
LABEL org.opencontainers.image.title="BN-Aura Chat" \
      org.opencontainers.image.description="The chat front end of a beauty clinic: LINE and Telegram over PostgreSQL" \
      org.opencontainers.image.licenses="MIT"
RUN useradd --uid 10001 --user-group --create-home --shell /usr/sbin/nologin aura \
    && install --directory --owner aura --group aura /data /backups
COPY --from=build /opt/aura /opt/aura
ENV PATH=/opt/aura/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    MPLCONFIGDIR=/tmp/matplotlib \
    AURA_DATA_DIR=/data \
    AURA_HOST=0.0.0.0 \
    AURA_PORT=8080
USER 10001:10001
WORKDIR /data
EXPOSE 8080
# SIGTERM lets the program finish what it holds; `docker stop` waits as long as compose.yaml's stop_grace_period.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request; urllib.request.urlopen(f'http://127.0.0.1:{os.environ[\"AURA_PORT\"]}/healthz', timeout=4)"]
ENTRYPOINT ["aura"]
CMD ["serve"]
