import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { encodePng, phantom } from '@cxr/data';
import { download, fetchKermany, KERMANY } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import { zipSync } from 'fflate';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

const old = Buffer.from(Array.from({ length: 50_000 }, (_, i) => (i * 7) % 251));
const next = Buffer.from(Array.from({ length: 60_000 }, (_, i) => (i * 11) % 241));
const sha256 = createHash('sha256').update(old).digest('hex');

type Answer = (response: ServerResponse, headers: IncomingHttpHeaders, path: string) => void;

let folder: string;
let file: string;
let server: Server;
let root: string;
let url: string;
let answer: Answer;
let requests: IncomingHttpHeaders[];
beforeEach(async () => {
  requests = [];
  folder = await mkdtemp(join(tmpdir(), 'cxr-download-'));
  file = join(folder, 'archive.zip');
  server = createServer(({ headers, url: path }, response) => {
    requests.push(headers);
    answer(response, headers, path!);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  root = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  url = `${root}/archive.zip`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const rangeOf = (headers: IncomingHttpHeaders) => Number(/bytes=(\d+)-/.exec(headers.range ?? '')?.[1] ?? 0);

/** A server as RFC 9110 has it, with this content and validator. */
const serve =
  (content: Buffer, validator: Record<string, string> = {}): Answer =>
  (response, headers) => {
    const start = rangeOf(headers);
    const tag = headers['if-range'];
    const same = tag === undefined || Object.values(validator).includes(tag as string);
    if (start === 0 || !same) {
      response.writeHead(200, { ...validator, 'content-length': content.length }).end(content);
    } else if (start >= content.length) {
      response.writeHead(416, { 'content-range': `bytes */${content.length}` }).end();
    } else {
      const range = `bytes ${start}-${content.length - 1}/${content.length}`;
      response.writeHead(206, { ...validator, 'content-range': range }).end(content.subarray(start));
    }
  };

/** Sends the first 20,000 bytes and breaks off. */
const cut =
  (content: Buffer, validator: Record<string, string> = {}): Answer =>
  (response) => {
    response.writeHead(200, { ...validator, 'content-length': content.length });
    response.write(content.subarray(0, 20_000));
    const timer = setInterval(() => {
      if ((statSync(`${file}.part`, { throwIfNoEntry: false })?.size ?? 0) < 20_000) return;
      clearInterval(timer);
      response.destroy();
    }, 10);
  };

const tag = (name: string) => ({ etag: `"${name}"` });

/** A first attempt that breaks off, by this server, then a second by the other. */
async function twice(first: Answer, second: Answer, options = {}): Promise<Buffer> {
  answer = first;
  await expect(download(url, file, options)).rejects.toMatchObject({ code: 'unreadable' });
  answer = second;
  await download(url, file, options);
  expect(await readdir(folder)).toEqual(['archive.zip']);
  return readFile(file);
}

describe('a download that goes on', () => {
  it.each([
    ['an ETag', tag('1')],
    ['a date', { 'last-modified': 'Wed, 01 Jan 2020 00:00:00 GMT' }],
  ])('asks for the rest by %s', async (_, validator) => {
    expect(await twice(cut(old, validator), serve(old, validator))).toEqual(old);
    expect(requests[1]).toMatchObject({ range: 'bytes=20000-', 'if-range': Object.values(validator)[0] });
  });

  it('starts again where the file has changed', async () => {
    expect(await twice(cut(old, tag('1')), serve(next, tag('2')))).toEqual(next);
    expect(requests).toHaveLength(2);
  });

  it('starts again where the server overlooks If-Range, and the file has changed', async () => {
    for (const validator of [tag('2'), {}]) {
      const overlooking: Answer = (response, { 'if-range': _, ...headers }, path) =>
        serve(next, validator)(response, headers, path);
      expect(await twice(cut(old, tag('1')), overlooking)).toEqual(next);
      await rm(file);
    }
  });

  it.each([
    ['no validator', {}],
    ['a weak one', { etag: 'W/"1"' }],
  ])('starts again with %s', async (_, validator) => {
    expect(await twice(cut(old, validator), serve(next, validator))).toEqual(next);
    expect(requests[1]!.range).toBeUndefined();
  });

  it('starts again for another address', async () => {
    answer = cut(old, tag('1'));
    await expect(download(`${root}/other`, file)).rejects.toMatchObject({ code: 'unreadable' });
    answer = serve(next, tag('1'));
    await download(url, file);
    expect(await readFile(file)).toEqual(next);
  });

  it('starts again where the bytes are of another place', async () => {
    const wrong: Answer = (response, headers, path) => {
      if (headers.range === undefined) return serve(old, tag('1'))(response, headers, path);
      response.writeHead(206, {
        ...tag('1'),
        'content-range': `bytes 10000-${old.length - 1}/${old.length}`,
      });
      return response.end(old.subarray(10_000));
    };
    expect(await twice(cut(old, tag('1')), wrong)).toEqual(old);
  });

  it('starts again where the bytes are of no place, unless the sha256 will tell', async () => {
    const silent: Answer = (response, headers, path) => {
      if (headers.range === undefined) return serve(old, tag('1'))(response, headers, path);
      return response.writeHead(206, tag('1')).end(old.subarray(rangeOf(headers)));
    };
    expect(await twice(cut(old, tag('1')), silent)).toEqual(old);
    expect(requests).toHaveLength(3);
    await rm(file);
    expect(await twice(cut(old), silent, { sha256 })).toEqual(old);
    expect(requests).toHaveLength(5);
  });

  it('starts again where the sha256 tells that the part is of another file', async () => {
    expect(await twice(cut(next), serve(old), { sha256 })).toEqual(old);
    expect(requests.map(({ range }) => range)).toEqual([undefined, 'bytes=20000-', undefined]);
  });

  it('takes a whole part at 416, and no other', async () => {
    const part = async (content: Buffer, total: number) => {
      await writeFile(`${file}.part`, content);
      await writeFile(`${file}.part.json`, JSON.stringify({ url, etag: '"1"', total }));
      await download(url, file);
      return readFile(file);
    };
    answer = serve(old, tag('1'));
    expect(await part(old, old.length)).toEqual(old);
    expect(requests).toHaveLength(1);
    // Longer than the file is now, on a server that does not look at If-Range.
    answer = (response, { 'if-range': _, ...headers }, path) => serve(old, tag('1'))(response, headers, path);
    expect(await part(next, next.length)).toEqual(old);
    answer = (response, headers, path) =>
      headers.range ? response.writeHead(416).end() : serve(next, tag('1'))(response, headers, path);
    expect(await part(old.subarray(0, 100), old.length)).toEqual(next);
  });
});

describe('a download', () => {
  const failure = async (reply: Answer, options = {}) => {
    answer = reply;
    const error = await download(url, file, options).catch((reason: unknown) => reason);
    expect(await readdir(folder).then((names) => names.includes('archive.zip'))).toBe(false);
    return (error as Error).message;
  };

  it('follows redirects, and not for ever', async () => {
    answer = (response, headers, path) =>
      path === '/moved'
        ? serve(old)(response, headers, path)
        : response.writeHead(302, { location: '/moved' }).end('moved');
    await download(url, file);
    expect(await readFile(file)).toEqual(old);
    await rm(file);
    expect(await failure((response) => response.writeHead(302, { location: '/archive.zip' }).end())).toMatch(
      /cannot download: .*redirect/,
    );
  });

  it('is not a web page', async () => {
    const page: Answer = (response) =>
      response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end('<html>log in</html>');
    expect(await failure(page)).toMatch(/the server sent a web page, perhaps to log in/);
    await download(url, join(folder, 'page.html'));
    expect(await readFile(join(folder, 'page.html'), 'utf8')).toContain('log in');
  });

  it('is not a body without a length that the check finds cut off', async () => {
    const check = async () => {
      throw new CxrFileError('truncated', 'cut off');
    };
    const headless: Answer = (response) => response.writeHead(200).end(old.subarray(0, 1000));
    expect(await failure(headless, { check })).toMatch(/what the server sent is not the file: cut off/);
    expect(await readdir(folder)).toEqual([]);
  });

  it.each([204, 206, 304, 403, 404, 416, 503])('is no answer %i to the whole', async (status) => {
    expect(await failure((response) => response.writeHead(status).end())).toContain(
      `cannot download: the server answered ${status}`,
    );
  });

  it('asks for bytes as they are, and takes others decoded', async () => {
    const zipped = gzipSync(old);
    answer = (response) =>
      response.writeHead(200, { 'content-encoding': 'gzip', 'content-length': zipped.length }).end(zipped);
    await download(url, file);
    expect(await readFile(file)).toEqual(old);
    expect(requests[0]!['accept-encoding']).toBe('identity');
  });

  // A limit on the size of files makes a write short, then an error, as a full disk does.
  it.skipIf(process.platform === 'win32')('is not what a full disk took of it', async () => {
    answer = serve(old, tag('1'));
    const built = new URL('../dist/node.js', import.meta.url).href;
    const script = `import(${JSON.stringify(built)}).then(({ download }) => download(process.argv[1], process.argv[2]))
      .catch(({ code, file, reason }) => console.log(code, file, reason));`;
    const child = spawn('sh', [
      '-c',
      'ulimit -f 64; exec "$@"',
      'sh',
      process.execPath,
      '-e',
      script,
      url,
      file,
    ]);
    let said = '';
    child.stdout.on('data', (text) => {
      said += text;
    });
    await once(child, 'close');
    expect(said).toBe(`unwritable ${file}.part the file is larger than the system allows\n`);
    expect((await readFile(`${file}.part`)).equals(old.subarray(0, 32_768))).toBe(true);
    await download(url, file);
    expect(await readFile(file)).toEqual(old);
    expect(requests[1]!.range).toBe('bytes=32768-');
  });

  it('is done by one at a time', async () => {
    answer = (response, headers, path) => setTimeout(() => serve(old)(response, headers, path), 100);
    const both = await Promise.allSettled([download(url, file), download(url, file)]);
    expect(both.filter(({ status }) => status === 'rejected')).toMatchObject([
      { reason: { code: 'locked', file: `${file}.lock` } },
    ]);
    expect(await readFile(file)).toEqual(old);
    expect(await readdir(folder)).toEqual(['archive.zip']);
  });
});

describe('fetchKermany', () => {
  const image = encodePng(phantom({ seed: 1, size: 16 }));
  const archive = Buffer.from(
    zipSync({ 'chest_xray/train/NORMAL/a.jpeg': image, 'chest_xray/b.jpeg': image }),
  );
  const plain =
    (content: Buffer): Answer =>
    (response) =>
      response.end(content);

  it.each([
    ['a page that does not say so', Buffer.from('<!doctype html><title>Log in</title>')],
    ['an empty body', Buffer.alloc(0)],
    ['a cut body', archive.subarray(0, archive.length - 40)],
    ['a body without its start', archive.subarray(40)],
    ['another file', encodePng(phantom({ seed: 1, size: 64 }))],
    ['an archive without images', zipSync({ 'readme.txt': new Uint8Array(100) })],
  ])('does not keep %s', async (_, content) => {
    answer = plain(Buffer.from(content));
    await expect(fetchKermany(folder, { url })).rejects.toMatchObject({
      name: 'CxrFileError',
      file: url,
      reason: expect.stringContaining('what the server sent is not the file: '),
    });
    expect(await readdir(folder)).toEqual([]);
    answer = plain(archive);
    expect((await fetchKermany(folder, { url })).files).toHaveLength(2);
  });

  it('does not join the start of one archive to the end of another', async () => {
    const other = Buffer.from(
      zipSync(
        { 'chest_xray/b.jpeg': encodePng(phantom({ seed: 2, size: 64 })), 'c.jpeg': image },
        { level: 0 },
      ),
    );
    await writeFile(join(folder, `${KERMANY.archive}.part`), other.subarray(0, 200));
    answer = serve(archive, tag('1'));
    await fetchKermany(folder, { url });
    expect(await readFile(join(folder, KERMANY.archive))).toEqual(archive);
  });

  it('says what to delete where an archive is there that is damaged', async () => {
    const kept = join(folder, KERMANY.archive);
    const damaged = Buffer.from(archive);
    damaged[100]! ^= 1;
    for (const content of ['<html>', damaged]) {
      await writeFile(kept, content);
      await expect(fetchKermany(folder, { url })).rejects.toMatchObject({
        file: kept,
        reason: expect.stringContaining(`; delete ${kept} to download it again`),
      });
    }
    expect(requests).toEqual([]);
  });
});
