import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DownloadProgress, download, findWeights } from '@cxr/fid/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const content = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 31) % 256));
const sha256 = createHash('sha256').update(content).digest('hex');
const NAME = 'pt_inception-2015-12-05-6726825d.pth';

let server: Server;
let url: string;
let folder: string;
let file: string;
let ranges: (string | undefined)[];
/** What the server does: all, ranges ignored, cut off half-way, an error, or silence. */
let mode: 'good' | 'no ranges' | 'cut' | 'error' | 'silent';

beforeEach(async () => {
  mode = 'good';
  ranges = [];
  folder = mkdtempSync(join(tmpdir(), 'cxr-download-'));
  file = join(folder, 'cache', 'weights.pth');
  server = createServer((request, response) => {
    ranges.push(request.headers.range);
    if (mode === 'silent') return;
    if (mode === 'error') {
      response.writeHead(500).end();
      return;
    }
    const start =
      mode === 'no ranges' ? 0 : Number(/bytes=(\d+)-/.exec(request.headers.range ?? '')?.[1] ?? 0);
    if (start >= content.length) {
      response.writeHead(416).end();
      return;
    }
    const rest = content.subarray(start);
    response.writeHead(start > 0 ? 206 : 200, { 'content-length': rest.length });
    if (mode !== 'cut') {
      response.end(rest);
      return;
    }
    response.write(rest.subarray(0, rest.length / 2), () => setTimeout(() => response.destroy(), 50));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/weights.pth`;
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

describe('download', () => {
  it('brings the file, with progress', async () => {
    const seen: DownloadProgress[] = [];
    await download(url, file, { sha256, onProgress: (progress) => seen.push(progress) });
    expect(readFileSync(file)).toEqual(content);
    expect(existsSync(`${file}.part`)).toBe(false);
    expect(seen.at(-1)).toEqual({ received: content.length, total: content.length });
  });

  it('goes on where it was cut off', async () => {
    mode = 'cut';
    await expect(download(url, file, { sha256 })).rejects.toMatchObject({ code: 'unreadable', file: url });
    expect(existsSync(file)).toBe(false);
    const received = readFileSync(`${file}.part`).length;
    expect(received).toBeGreaterThan(0);
    mode = 'good';
    await download(url, file, { sha256: sha256.slice(0, 8) });
    expect(ranges).toEqual([undefined, `bytes=${received}-`]);
    expect(readFileSync(file)).toEqual(content);
  });

  it('begins anew where the server knows no ranges', async () => {
    await mkdir(join(folder, 'cache'));
    writeFileSync(`${file}.part`, 'something of before');
    mode = 'no ranges';
    await download(url, file, { sha256 });
    expect(readFileSync(file)).toEqual(content);
  });

  it('takes a part that is whole already', async () => {
    await mkdir(join(folder, 'cache'));
    writeFileSync(`${file}.part`, content);
    await download(url, file, { sha256 });
    expect(readFileSync(file)).toEqual(content);
  });

  it('refuses another file, and keeps nothing of it', async () => {
    await expect(download(url, file, { sha256: '6726825d' })).rejects.toMatchObject({ code: 'mismatch' });
    expect([existsSync(file), existsSync(`${file}.part`)]).toEqual([false, false]);
  });

  it('says when the server fails, is silent, or the user has had enough', async () => {
    mode = 'error';
    await expect(download(url, file, { sha256 })).rejects.toThrow(/answered 500/);
    mode = 'silent';
    await expect(download(url, file, { sha256, stallTimeout: 100 })).rejects.toThrow(/no data for 0.1 s/);
    const signal = AbortSignal.timeout(50);
    await expect(download(url, file, { sha256, signal })).rejects.toMatchObject({ name: 'TimeoutError' });
  });
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
    expect(ranges).toHaveLength(1);
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
