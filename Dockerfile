# syntax=docker/dockerfile:1.20
# One image for every program of Weir. Sources run as they are, so they stay in
# their workspace tree: Node takes no TypeScript from below node_modules.
FROM node:24.21.0-bookworm-slim AS dependencies
WORKDIR /weir/app
COPY package.json package-lock.json ./
COPY packages ./packages
COPY services ./services
COPY infra ./infra
COPY test/package.json ./test/package.json
# No install script of any dependency runs: none that is needed in production has one.
# A checkout made under a strict umask is for its owner alone, and here that is root.
# The runtime of team models comes with the binaries of every system; this one is Linux.
RUN npm install --omit=dev --ignore-scripts --no-audit --no-fund && npm cache clean --force \
    && rm -rf node_modules/onnxruntime-node/bin/napi-v6/darwin node_modules/onnxruntime-node/bin/napi-v6/win32 \
    && chmod -R a+rX .

FROM node:24.21.0-bookworm-slim
LABEL org.opencontainers.image.title="weir" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV NODE_ENV=production
# New volumes take over the owner of the folder they are mounted on.
RUN mkdir -p /run/weir /weir/state /weir/home /weir/parties /weir/tokens \
      /weir/volumes/kafka-state /weir/volumes/redis-state /weir/volumes/kms-state \
      /weir/volumes/inbox-state /weir/volumes/notary-state /weir/volumes/door-state \
      /weir/volumes/alerting-state /weir/volumes/replay-state \
    && chown -R 1000:1000 /run/weir /weir
WORKDIR /weir/app
COPY --from=dependencies --chown=root:root /weir/app /weir/app
USER 1000:1000
CMD ["node", "packages/cli/src/main.ts", "--help"]
