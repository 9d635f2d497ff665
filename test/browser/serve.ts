import { readFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';
import type { Input } from './tasks.js';

/** Where the files of a page are: in a folder, but for those that are to be missing, or with another server on this machine. */
export type Files = { folder: string; hidden?: RegExp } | { port: number };

/** What the page's script posts. */
type Posted = { output: unknown } | { error: string };

/** A page on 127.0.0.1 that is given /input.json and posts to /result. */
export interface Served {
  url: string;
  posted: Promise<Posted>;
  close(): void;
}

/** Serves a page, with `headers` on each answer. */
export async function serve(
  files: Files,
  input: Partial<Input>,
  headers: Record<string, string>,
): Promise<Served> {
  let deliver: (posted: Posted) => void = () => {};
  const posted = new Promise<Posted>((resolve) => {
    deliver = resolve;
  });
  const server = createServer(async (asked, answer) => {
    for (const [name, value] of Object.entries(headers)) answer.setHeader(name, value);
    const { pathname } = new URL(asked.url ?? '/', 'http://localhost');
    if (pathname === '/result') {
      deliver(JSON.parse(await bodyOf(asked)) as Posted);
      answer.end();
    } else if (pathname === '/input.json') answer.end(JSON.stringify(input));
    else if ('port' in files) passOn(asked, answer, files.port);
    else if (files.hidden?.test(pathname)) answer.writeHead(404).end();
    else await sendFile(answer, files.folder, pathname);
  });
  return { url: await listen(server), posted, close: () => server.close() };
}

async function listen(server: Server): Promise<string> {
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

async function bodyOf(asked: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of asked) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

const TYPES: Record<string, string> = {
  '.html': 'text/html',
  '.js': 'text/javascript',
  '.mjs': 'text/javascript',
  '.css': 'text/css',
  '.wasm': 'application/wasm',
};

async function sendFile(answer: ServerResponse, folder: string, pathname: string): Promise<void> {
  const path = pathname === '/' ? '/index.html' : normalize(decodeURIComponent(pathname));
  try {
    const content = await readFile(join(folder, path));
    answer.setHeader('Content-Type', TYPES[extname(path)] ?? 'application/octet-stream');
    answer.end(content);
  } catch {
    answer.writeHead(404).end();
  }
}

/** Asks the other server, and answers as it does. */
function passOn(asked: IncomingMessage, answer: ServerResponse, port: number): void {
  const { url, method } = asked;
  const headers = { ...asked.headers, host: `localhost:${port}` };
  const passed = request({ host: '127.0.0.1', port, path: url, method, headers }, (answered) => {
    answer.writeHead(answered.statusCode ?? 502, answered.headers);
    answered.pipe(answer);
  });
  passed.on('error', () => answer.destroy());
  asked.pipe(passed);
}
