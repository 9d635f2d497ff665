import { createHash } from 'node:crypto';
import { existsSync, statSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng, phantom } from '@cxr/data';
import { type DownloadProgress, download, fetchKermany, unpackZip } from '@cxr/data/node';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { main } from '../src/cli/main.js';

const image = encodePng(phantom({ seed: 1, size: 64 }));
const names = ['train/NORMAL/IM-0115-0001', 'train/PNEUMONIA/person1_virus_6', 'test/NORMAL/IM-0001-0001'];
const archive = Buffer.from(
  zipSync({
    ...Object.fromEntries(names.map((name) => [`chest_xray/${name}.jpeg`, image])),
    'chest_xray/.DS_Store': new Uint8Array(10),
    '__MACOSX/chest_xray/._x.jpeg': new Uint8Array(10),
  }),
);
const sha256 = createHash('sha256').update(archive).digest('hex');

let folder: string;
let server: Server;
let url: string;
let ranges: (string | undefined)[];
/** What the server does: all, ranges ignored, cut off half-way, an error, or silence. */
let mode: 'good' | 'no ranges' | 'cut' | 'error' | 'silent';

beforeEach(async () => {
  mode = 'good';
  ranges = [];
  folder = await mkdtemp(join(tmpdir(), 'cxr-fetch-'));
  server = createServer(({ headers: { range } }, response) => {
    ranges.push(range);
    if (mode === 'silent') return;
    const start = mode === 'no ranges' ? 0 : Number(/bytes=(\d+)-/.exec(range ?? '')?.[1] ?? 0);
    const rest = archive.subarray(start);
    if (mode === 'error') response.writeHead(500).end();
    else if (rest.length === 0) response.writeHead(416).end();
    else {
      response.writeHead(start > 0 ? 206 : 200, { 'content-length': rest.length });
      if (mode !== 'cut') response.end(rest);
      else {
        response.write(rest.subarray(0, rest.length / 2));
        // Not before the client has written something: on a busy machine that takes a while.
        const end = setInterval(() => {
          if (!statSync(`${file()}.part`, { throwIfNoEntry: false })?.size) return;
          clearInterval(end);
          response.destroy();
        }, 20);
      }
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/archive.zip`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const file = () => join(folder, 'new', 'archive.zip');

describe('download', () => {
  it('brings the file, with progress, and says its sha256', async () => {
    const progress: DownloadProgress[] = [];
    expect(await download(url, file(), { sha256, onProgress: (p) => progress.push(p) })).toBe(sha256);
    expect(await readFile(file())).toEqual(archive);
    expect(progress.at(-1)).toEqual({ received: archive.length, total: archive.length });
    expect(await readdir(join(folder, 'new'))).toEqual(['archive.zip']);
  });

  it('goes on where it was cut off', async () => {
    mode = 'cut';
    await expect(download(url, file(), { sha256 })).rejects.toMatchObject({ code: 'unreadable', file: url });
    const part = await readFile(`${file()}.part`);
    expect(part.equals(archive.subarray(0, part.length))).toBe(true);
    mode = 'good';
    await download(url, file(), { sha256 });
    expect(ranges).toEqual([undefined, `bytes=${part.length}-`]);
    expect(await readFile(file())).toEqual(archive);
  });

  it('takes a part that is whole, and a server that knows no ranges', async () => {
    await mkdir(join(folder, 'new'));
    await writeFile(`${file()}.part`, archive);
    await download(url, file(), { sha256 });
    expect(await readFile(file())).toEqual(archive);
    await writeFile(`${file()}.part`, 'the start of something else');
    mode = 'no ranges';
    await download(url, file(), { sha256 });
    expect(await readFile(file())).toEqual(archive);
  });

  it('refuses another file than the one wanted', async () => {
    await expect(download(url, file(), { sha256: '00ff00ff' })).rejects.toMatchObject({ code: 'mismatch' });
    expect(await readdir(join(folder, 'new'))).toEqual([]);
  });

  it('gives up on errors, silence and when aborted', async () => {
    mode = 'error';
    await expect(download(url, file())).rejects.toThrow('the server answered 500');
    mode = 'silent';
    await expect(download(url, file(), { stallTimeout: 50 })).rejects.toThrow('no data for 0.05 s');
    const stop = new AbortController();
    const running = download(url, file(), { signal: stop.signal });
    stop.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });
});

describe('unpackZip', () => {
  /** A zip of one entry whose name is changed, to one of the same length, in both places it has. */
  const renamed = (from: string, to: string) =>
    Buffer.from(
      Buffer.from(zipSync({ [from]: new Uint8Array(3) }))
        .toString('latin1')
        .replaceAll(from, to),
      'latin1',
    );

  async function failure(content: Uint8Array, options = {}): Promise<string> {
    await writeFile(join(folder, 'x.zip'), content);
    const error = await unpackZip(join(folder, 'x.zip'), join(folder, 'out'), options).catch(
      (reason: unknown) => reason,
    );
    expect(existsSync(join(folder, 'out')), 'something was written').toBe(false);
    return error instanceof Error && 'code' in error ? `${error.code} | ${error.message}` : String(error);
  }

  it.each(['../evil', '/abs/ev', 'a/../../', 'C:/evil', 'a\\..\\ev', './/evil', 'a//evil'])(
    'writes nothing for a path that leaves its folder: %s',
    async (name) => {
      const path = name.endsWith('/') ? `${name}e` : name;
      expect(await failure(renamed('x'.repeat(path.length), path))).toMatch(
        /^corrupt .*x\.zip: .*leaves its folder/,
      );
      expect(existsSync(join(folder, 'evil'))).toBe(false);
    },
  );

  it('refuses links', async () => {
    const link = zipSync({
      link: [new TextEncoder().encode('/etc'), { os: 3, attrs: (0o120777 << 16) >>> 0 }],
    });
    expect(await failure(link)).toMatch(/^unsupported .*link/);
  });

  it('refuses bombs before it writes anything', async () => {
    const bomb = zipSync(
      { 'a.bin': new Uint8Array(30_000_000), 'b.bin': new Uint8Array(30_000_000) },
      { level: 9 },
    );
    expect(await failure(bomb, { maxBytes: 5e7 })).toMatch(/^too-large .*60000000 bytes/);
    expect(await failure(bomb, { maxFileBytes: 2e7 })).toMatch(/^too-large .*a\.bin/);
    const lying = bomb.slice();
    const at = Buffer.from(lying).indexOf(Buffer.from([0x50, 0x4b, 1, 2]));
    new DataView(lying.buffer).setUint32(at + 24, 1000, true);
    expect(await failure(lying)).toMatch(/^corrupt .*a\.bin does not unpack to the size it declares/);
    expect(await failure(archive.subarray(0, archive.length - 30))).toMatch(/^truncated/);
  });
});

describe('fetchKermany', () => {
  it('downloads and unpacks; what is there is not fetched or unpacked again', async () => {
    const { files } = await fetchKermany(folder, { url, sha256 });
    expect(files.sort()).toEqual(names.map((name) => join(folder, `chest_xray/${name}.jpeg`)).sort());
    for (const path of files) expect(new Uint8Array(await readFile(path))).toEqual(image);
    expect((await readdir(folder)).sort()).toEqual(['ChestXRay2017.zip', 'chest_xray']);
    await rm(files[0]!);
    await writeFile(files[1]!, new Uint8Array(image.length));
    await fetchKermany(folder, { url });
    expect(ranges).toHaveLength(1);
    expect(new Uint8Array(await readFile(files[0]!))).toEqual(image);
    await expect(fetchKermany(folder, { url, sha256: 'abcdef12' })).rejects.toMatchObject({
      code: 'mismatch',
    });
  });
});

describe('cxr-data fetch', () => {
  async function run(...args: string[]): Promise<{ status: number; results: string; notes: string }> {
    const results: string[] = [];
    const notes: string[] = [];
    const output = {
      result: (line: string) => results.push(line),
      note: (line: string) => notes.push(line),
      progress() {},
    };
    const status = await main(args, output);
    return { status, results: results.join('\n'), notes: notes.join('\n') };
  }

  it('says what it did', async () => {
    const { status, results, notes } = await run('fetch', 'kermany', folder, '--url', url, '--json');
    expect(status).toBe(0);
    expect(JSON.parse(results)).toEqual({
      archive: join(folder, 'ChestXRay2017.zip'),
      sha256,
      images: 3,
      files: 3,
    });
    expect(notes).toMatch(/CC BY 4\.0\nnote: 3 images, while the set has 5856/);
  });

  it('ends with 2 for what cannot be', async () => {
    for (const args of [
      [],
      ['fetch'],
      ['fetch', 'mnist', folder],
      ['fetch', 'kermany'],
      ['inspect'],
      ['nonsense'],
    ]) {
      expect((await run(...args)).status).toBe(2);
    }
    mode = 'error';
    const { status, notes } = await run('fetch', 'kermany', folder, '--url', url);
    expect([status, notes]).toEqual([2, expect.stringContaining('the server answered 500')]);
    expect((await run('inspect', join(folder, 'none'))).status).toBe(2);
    expect((await run('--help')).status).toBe(0);
  });
});
