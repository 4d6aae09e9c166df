FROM python:3.11-slim
WORKDIR /project
COPY requirements.lock pyproject.toml setup.py MANIFEST.in README.md LICENSE ./
COPY vault_assets vault_assets
COPY sql sql
COPY dagster.yaml workspace.yaml ./
RUN pip install --no-cache-dir --require-hashes -r requirements.lock \
 && pip install --no-cache-dir --no-deps --no-build-isolation . \
 && useradd --create-home --uid 1000 vault \
 && mkdir -p /state && chown vault /state
USER vault
ENV VAULT_ASSETS_HOME=/state DAGSTER_HOME=/state/dagster VAULT_ASSETS_REPORTS=/state/reports
# Makes Dagster's home; the settings name a store and a catalog, so it starts nothing.
ENTRYPOINT ["sh", "-c", "vault-assets up && exec \"$@\"", "vault-assets"]
CMD ["vault-assets", "status"]
