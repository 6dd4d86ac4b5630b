# Built with Node, run without it, by an ordinary user.
FROM python:3.13-slim AS build
# Whatever Debian keeps of the two: they only build.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install -y --no-install-recommends git make && rm -rf /var/lib/apt/lists/*
WORKDIR /srv/alveole
COPY Makefile pyproject.toml package.json package-lock.json .npmrc ./
COPY requirements requirements
COPY tools tools
# What changes rarely first: the layers below are kept until a lock changes.
RUN mkdir static && make .venv/base.stamp node_modules/npm.stamp
COPY . .
# Then only what runs stays: the sync removes the Node that came as a wheel, and keeps uv and pip.
RUN make setup && .venv/bin/uv pip sync --quiet --python .venv/bin/python --require-hashes requirements/base.txt \
    && .venv/bin/python -m pip uninstall --quiet --yes uv pip \
    && rm -rf node_modules build/static build/scratch && .venv/bin/python -m compileall -q .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /data alveole && install -d -o alveole -g alveole -m 700 /data
COPY --from=build /srv/alveole /srv/alveole
WORKDIR /srv/alveole
USER 10001
ENV ALVEOLE_DATA=/data PATH=/srv/alveole/.venv/bin:$PATH PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 8000
# By /health/ready.
HEALTHCHECK --start-period=60s --timeout=10s CMD ["python", "-m", "alveole.healthy"]
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0"]
