# The four command lines on Node 22, as published: docker build -t cxr .
# docs/guides/on-a-gpu.md shows how to run it.
FROM node:22-slim AS build
WORKDIR /src
COPY . .
# By the pinned pnpm, which npx fetches.
RUN npm run build \
 && node -e "import('./scripts/pack.mjs').then(({ packAll }) => packAll('/packed'))"

FROM node:22-slim
WORKDIR /opt/cxr
# No dependency needs its install script; onnxruntime-node brings the libraries of all systems.
RUN --mount=type=bind,from=build,source=/packed,target=/packed \
    npm install --ignore-scripts --no-audit --no-fund --omit=dev /packed/*.tgz onnxruntime-node@1.30.0 \
 && npm cache clean --force \
 && rm -r node_modules/onnxruntime-node/bin/napi-v*/darwin node_modules/onnxruntime-node/bin/napi-v*/win32 \
 && mkdir -p /runs /home/node/.cache/cxr \
 && chown -R node:node /runs /home/node/.cache
ENV NODE_ENV=production PATH=/opt/cxr/node_modules/.bin:$PATH
USER 1000
WORKDIR /runs
VOLUME ["/runs", "/home/node/.cache/cxr"]
CMD ["cxr-dcgan", "--help"]
