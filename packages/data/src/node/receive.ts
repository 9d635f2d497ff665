import { CxrFileError } from '@cxr/image';
import type { PartFile, PartSource } from './part-file.js';

/** How far a download is, in bytes. */
export interface DownloadProgress {
  /** Bytes there so far, those of an earlier attempt included. */
  received: number;
  /** Bytes in all, where the server says. */
  total: number | undefined;
}

/** Options of `receive`. */
export interface ReceiveOptions {
  sha256?: string | undefined;
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: DownloadProgress) => void) | undefined;
  stallTimeout?: number | undefined;
}

/** Whether bytes of an earlier attempt are part of it. */
export interface Received {
  resumed: boolean;
}

/**
 * Receives the whole of `url` into the part, or what the part lacks of it.
 * @throws CxrFileError and the signal's reason, as `download`.
 */
export async function receive(url: string, part: PartFile, options: ReceiveOptions): Promise<Received> {
  const { signal, stallTimeout = 30_000 } = options;
  const stall = new AbortController();
  const giveUp = (): void => stall.abort(new Error(`no data for ${stallTimeout / 1000} s`));
  let timer = setTimeout(giveUp, stallTimeout);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(giveUp, stallTimeout);
  };
  const either = signal ? AbortSignal.any([signal, stall.signal]) : stall.signal;
  try {
    return await request(url, part, options, either, alive);
  } catch (cause) {
    signal?.throwIfAborted();
    if (cause instanceof CxrFileError) throw cause;
    const { message, cause: inner } = cause as Error & { cause?: Error };
    throw new CxrFileError('unreadable', `cannot download: ${inner?.message || message}`, {
      file: url,
      cause,
    });
  } finally {
    clearTimeout(timer);
  }
}

async function request(
  url: string,
  part: PartFile,
  options: ReceiveOptions,
  signal: AbortSignal,
  alive: () => void,
): Promise<Received> {
  const size = await part.size();
  const source = await part.source();
  const known = source?.url === url ? source : undefined;
  const validator = known?.etag ?? known?.lastModified;
  // If the file may have changed, the bytes kept are of no use, unless a sha256 can check the result.
  const start = validator !== undefined || options.sha256 ? size : 0;
  const response = await fetch(url, {
    headers: {
      // Another encoding would count other bytes.
      'accept-encoding': 'identity',
      ...(start > 0 ? { range: `bytes=${start}-` } : {}),
      ...(start > 0 && validator !== undefined ? { 'if-range': validator } : {}),
    },
    signal,
  });
  const said = sourceOf(url, response, start);
  const answer = judge(response, { start, known, said, trusting: Boolean(options.sha256) });
  if (answer === 'whole' || answer === 'other') {
    await response.body?.cancel();
    if (answer === 'whole') return { resumed: true };
    await part.discard();
    return request(url, part, options, signal, alive);
  }
  if (!isSafe(url, response))
    throw new Error(`the server leads to an address without encryption: ${response.url}`);
  if (isPage(response, part.file)) {
    throw new Error(
      'the server sent a web page, perhaps to log in or with an error, not the file; open the address in a browser',
    );
  }
  const from = answer === 'rest' ? start : 0;
  let received = from;
  async function* counted(): AsyncGenerator<Uint8Array, void, void> {
    for await (const bytes of response.body!) {
      alive();
      yield bytes;
      received += bytes.length;
      options.onProgress?.({ received, total: said.total });
    }
  }
  await part.write(from, said, counted());
  if (said.total !== undefined && received !== said.total) {
    if (received > said.total) await part.discard();
    throw new Error(`the server sent ${received} of ${said.total} bytes; try again to go on`);
  }
  return { resumed: from > 0 };
}

interface Expectation {
  /** Bytes of the part, or 0 where all was asked for. */
  start: number;
  /** What the server said at an earlier attempt. */
  known: PartSource | undefined;
  /** What it says now. */
  said: PartSource;
  /** Whether a sha256 can check what the server does not say. */
  trusting: boolean;
}

/**
 * What a response is: 'all' of the file, the 'rest' that was asked for, nothing since the part is 'whole', or bytes of
 * some 'other' file or place, so that all must be asked for again.
 * @throws Error for any other answer.
 */
function judge(
  response: Response,
  { start, known, said, trusting }: Expectation,
): 'all' | 'rest' | 'whole' | 'other' {
  const { status } = response;
  if (status === 200 && response.body) return 'all';
  if (start > 0 && (status === 206 || status === 416)) {
    if (isChanged(known, said)) return 'other';
    if (status === 416) {
      const total = said.total ?? known?.total;
      return total === start || (total === undefined && trusting) ? 'whole' : 'other';
    }
    if (isEncoded(response)) return 'other';
    const range = contentRange(response);
    return (range ? range.start === start : trusting) && response.body ? 'rest' : 'other';
  }
  throw new Error(`the server answered ${status}`);
}

function isChanged(known: PartSource | undefined, said: PartSource): boolean {
  return (['etag', 'lastModified', 'total'] as const).some(
    (key) => known?.[key] !== undefined && said[key] !== undefined && known[key] !== said[key],
  );
}

function sourceOf(url: string, response: Response, start: number): PartSource {
  const { headers, status } = response;
  if (isEncoded(response)) return { url };
  const etag = headers.get('etag') ?? undefined;
  const length = headers.get('content-length');
  const total = status === 200 || (status === 206 && !contentRange(response)) ? length : null;
  return {
    url,
    etag: etag?.startsWith('W/') ? undefined : etag,
    lastModified: headers.get('last-modified') ?? undefined,
    total: total === null ? contentRange(response)?.total : (status === 206 ? start : 0) + Number(total),
  };
}

/** `bytes 5-9/10`, the total may be missing; or `bytes * /10` in an answer of 416. */
function contentRange({
  headers,
}: Response): { start: number | undefined; total: number | undefined } | undefined {
  const found = /^bytes (?:(\d+)-\d+|\*)\/(\d+|\*)$/i.exec(headers.get('content-range') ?? '');
  if (!found) return undefined;
  const number = (digits: string | undefined) =>
    digits === undefined || digits === '*' ? undefined : Number(digits);
  return { start: number(found[1]), total: number(found[2]) };
}

/** Decoded on the way: neither its length nor a place in it are those of the bytes that are written. */
function isEncoded({ headers }: Response): boolean {
  return (headers.get('content-encoding') ?? 'identity') !== 'identity';
}

function isSafe(url: string, response: Response): boolean {
  return !(url.startsWith('https:') && response.url.startsWith('http:'));
}

function isPage({ headers }: Response, part: string): boolean {
  const type = headers.get('content-type') ?? '';
  return /^\s*(text\/html|application\/xhtml\+xml)\b/i.test(type) && !/\.x?html?\.part$/i.test(part);
}
