import { type FileHandle, open, readFile, rm, stat } from 'node:fs/promises';
import { fileSystemError } from './file-system-error.js';
import { writeFileAtomic } from './write-file-atomic.js';
import { writeAll } from './write-flushed.js';

/** What the server said of the file that a part is of. */
export interface PartSource {
  url: string;
  /** A strong ETag. */
  etag?: string | undefined;
  lastModified?: string | undefined;
  /** Bytes of the whole file. */
  total?: number | undefined;
}

/** A download under way: `file`, and `file.json` with where it is from. */
export class PartFile {
  readonly file: string;

  constructor(file: string) {
    this.file = file;
  }

  /** Bytes there. */
  async size(): Promise<number> {
    return (await stat(this.file).catch(() => undefined))?.size ?? 0;
  }

  /** Undefined where it is not known. */
  async source(): Promise<PartSource | undefined> {
    try {
      const { url, etag, lastModified, total } = JSON.parse(await readFile(`${this.file}.json`, 'utf8'));
      return {
        url: text(url) ?? '',
        etag: text(etag),
        lastModified: text(lastModified),
        total: count(total),
      };
    } catch {
      return undefined;
    }
  }

  /**
   * Writes bytes after the first `start` ones and flushes them to the disk. With 0 it starts the file again.
   * @throws CxrFileError 'unwritable' naming the part; what `bytes` throws.
   */
  async write(start: number, source: PartSource, bytes: AsyncIterable<Uint8Array>): Promise<void> {
    if (start === 0) {
      // In this order: bytes of one file must never lie beside what was said of another.
      await this.discard();
      await writeFileAtomic(`${this.file}.json`, JSON.stringify(source));
    }
    const handle = await this.#try(() => open(this.file, 'a'));
    try {
      for await (const some of bytes) await this.#try(() => writeAll(handle, some));
      await this.#try(() => handle.sync());
    } finally {
      await this.#close(handle);
    }
  }

  /** Deletes what there is. */
  async discard(): Promise<void> {
    await rm(this.file, { force: true });
    await rm(`${this.file}.json`, { force: true });
  }

  /** Some file systems say only here that a write has failed. */
  #close(handle: FileHandle): Promise<void> {
    return this.#try(() => handle.close());
  }

  async #try<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (cause) {
      throw fileSystemError(cause, this.file, 'unwritable');
    }
  }
}

const text = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
const count = (value: unknown): number | undefined =>
  Number.isSafeInteger(value) ? (value as number) : undefined;
