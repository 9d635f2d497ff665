import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findWeights } from '@cxr/fid/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31) % 256));
const sha256 = createHash('sha256').update(content).digest('hex');
const NAME = 'pt_inception-2015-12-05-6726825d.pth';

let server: Server;
let url: string;
let folder: string;
let requests: number;
let mode: 'good' | 'error' | 'silent';

beforeEach(async () => {
  mode = 'good';
  requests = 0;
  folder = mkdtempSync(join(tmpdir(), 'cxr-weights-'));
  server = createServer((_, response) => {
    requests++;
    if (mode === 'error') response.writeHead(500).end();
    else if (mode === 'good') response.end(content);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.pth`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

describe('findWeights', () => {
  const touch = async (...path: string[]) => {
    const target = join(folder, ...path);
    await mkdir(join(target, '..'), { recursive: true });
    writeFileSync(target, '');
    return target;
  };

  it('looks in the order that is documented', async () => {
    const env: Record<string, string> = { XDG_CACHE_HOME: join(folder, 'cache') };
    const options = { env, url, sha256 };
    const downloaded = join(folder, 'cache', 'cxr', NAME);
    expect(await findWeights(options)).toBe(downloaded);
    expect(readFileSync(downloaded)).toEqual(content);
    await rm(downloaded);
    const hub = await touch('cache', 'torch', 'hub', 'checkpoints', NAME);
    expect(await findWeights(options)).toBe(hub);
    const own = await touch('own', NAME);
    expect(await findWeights({ ...options, env: { ...env, CXR_CACHE: join(folder, 'own') } })).toBe(own);
    const named = await touch('named.pth');
    env.CXR_INCEPTION_WEIGHTS = named;
    expect(await findWeights(options)).toBe(named);
    expect(await findWeights({ ...options, file: 'given.pth' })).toBe('given.pth');
    expect(requests).toBe(1);
  });

  it('takes no other file than the one whose sha256 the name carries, and keeps nothing of it', async () => {
    const options = { env: { CXR_CACHE: folder, XDG_CACHE_HOME: folder }, url };
    await expect(findWeights(options)).rejects.toMatchObject({ code: 'mismatch', file: url });
    await expect(findWeights(options)).rejects.toThrow(/not 6726825d/);
    expect(readdirSync(folder)).toEqual([]);
  });

  it('tells how far the download is, and ends when aborted', async () => {
    const options = { env: { CXR_CACHE: folder, XDG_CACHE_HOME: folder }, url, sha256 };
    mode = 'silent';
    await expect(findWeights({ ...options, signal: AbortSignal.timeout(50) })).rejects.toMatchObject({
      name: 'TimeoutError',
    });
    mode = 'good';
    let received = 0;
    await findWeights({ ...options, onProgress: (progress) => (received = progress.received) });
    expect(received).toBe(content.length);
  });

  it('says all the ways where there is none', async () => {
    mode = 'error';
    const options = { env: { XDG_CACHE_HOME: folder }, url };
    for (const way of [
      '--weights',
      'CXR_INCEPTION_WEIGHTS',
      join(folder, 'cxr'),
      join(folder, 'torch'),
      url,
    ]) {
      await expect(findWeights(options)).rejects.toThrow(way);
    }
    await expect(findWeights({ ...options, download: false })).rejects.toThrow(/switched off/);
    await expect(findWeights({ env: { CXR_INCEPTION_WEIGHTS: 'gone.pth' } })).rejects.toThrow(/gone\.pth/);
  });
});
