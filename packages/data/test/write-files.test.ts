import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import {
  checkWritable,
  checkWritableFolder,
  makeFolder,
  withFolderLock,
  writeFileAtomic,
  writeFlushed,
} from '@cxr/data/node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { writeAll } from '../src/node/write-flushed.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-write-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('writeFlushed', () => {
  it('makes a new file, or appends to one, and refuses to write over one', async () => {
    const file = join(folder, 'a');
    await writeFlushed(file, 'one');
    await expect(writeFlushed(file, 'two')).rejects.toMatchObject({ code: 'EEXIST' });
    await expect(writeFlushed(file, 'two', 'wx')).rejects.toMatchObject({ code: 'EEXIST' });
    await writeFlushed(file, Uint8Array.of(33, 34), 'a');
    expect(await readFile(file, 'utf8')).toBe('one!"');
    await writeFlushed(join(folder, 'b'), 'é', 'a');
    expect([...(await readFile(join(folder, 'b')))]).toEqual([0xc3, 0xa9]);
    await expect(writeFlushed(file, '', 'w' as 'a')).rejects.toThrow(
      new RangeError('invalid flag: w (wx or a)'),
    );
    expect(await readFile(file, 'utf8')).toBe('one!"');
  });
});

describe('writeAll', () => {
  const bytes = Uint8Array.from({ length: 1000 }, (_, i) => i);
  /** A file that takes at most `each` bytes a call, and `room` in all. */
  const file = (each: number, room: number) => {
    const taken: number[] = [];
    const write = async (data: Uint8Array, at: number, length: number) => {
      const some = [...data.subarray(at, at + Math.min(each, length, room - taken.length))];
      taken.push(...some);
      return { bytesWritten: some.length, buffer: data };
    };
    return { taken, handle: { write: write as never } };
  };

  it('goes on after a short write', async () => {
    const { taken, handle } = file(7, 2000);
    await writeAll(handle, bytes);
    expect(taken).toEqual([...bytes]);
  });

  it('fails where no more bytes are taken', async () => {
    await expect(writeAll(file(300, 500).handle, bytes)).rejects.toMatchObject({
      code: 'unwritable',
      message: 'only 500 of 1000 bytes could be written',
    });
  });
});

describe('writeFileAtomic', () => {
  it('takes names as long as the system does, and leaves others’ temporary files alone', async () => {
    const name = `${'x'.repeat(250)}.png`;
    await writeFileAtomic(join(folder, name), 'long');
    for (let i = 0; i < 50; i++) await writeFile(join(folder, `.a.${process.pid}-${i}.tmp`), '');
    await writeFileAtomic(join(folder, 'a'), 'new');
    expect(await readFile(join(folder, 'a'), 'utf8')).toBe('new');
    expect(await readdir(folder)).toHaveLength(52);
  });

  it.skipIf(!existsSync('/dev/null'))('does not replace a device', async () => {
    await expect(writeFileAtomic('/dev/null', 'x')).rejects.toMatchObject({
      code: 'not-a-file',
      file: '/dev/null',
    });
  });

  // A limit on the size of files makes a write short, then an error, as a full disk does.
  it.skipIf(process.platform === 'win32')('leaves nothing of a file that could not be written whole', () => {
    const built = fileURLToPath(new URL('../dist/node.js', import.meta.url));
    const script = join(folder, 'write.mjs');
    const target = join(folder, 'big.bin');
    const text = `import { writeFile } from 'node:fs/promises';
      import { writeFileAtomic } from ${JSON.stringify(pathToFileURL(built).href)};
      const error = await writeFileAtomic(${JSON.stringify(target)}, new Uint8Array(200_000)).catch((e) => e);
      console.log(error.code, error.message);`;
    const { stdout } = spawnSync(
      'sh',
      ['-c', `cat > "$1"; ulimit -f 64; exec "$2" "$1"`, 'sh', script, process.execPath],
      { input: text, encoding: 'utf8' },
    );
    expect(stdout).toBe(`unwritable ${target}: the file is larger than the system allows\n`);
    expect(existsSync(target)).toBe(false);
  });
});

describe('checkWritable', () => {
  it('passes what can be written, and leaves nothing', async () => {
    await writeFile(join(folder, 'old'), 'old');
    const files = ['old', 'new', 'a/b/new'].map((name) => join(folder, name));
    await checkWritable(...files, undefined);
    await checkWritableFolder(join(folder, 'c/d'));
    expect(await readdir(folder)).toEqual(['old']);
    for (const file of files) await writeFileAtomic(file, 'new');
  });

  it('names what cannot, with the reason', async () => {
    await writeFile(join(folder, 'file'), '');
    const reasons = {
      '': 'a folder, not a file',
      'none/': 'the name of a folder, not of a file',
      'file/a': 'not a folder',
      'file/a/b': 'not a folder',
      ['x'.repeat(300)]: 'the name is too long',
    };
    for (const [name, reason] of Object.entries(reasons)) {
      const file = name === '' ? folder : `${folder}/${name}`;
      await expect(checkWritable(join(folder, 'a'), file)).rejects.toMatchObject({
        code: 'unwritable',
        file,
        reason: `cannot write it: ${reason}`,
      });
    }
    await expect(checkWritable('')).rejects.toMatchObject({ code: 'unwritable' });
    await expect(checkWritable(1 as never)).rejects.toThrow(TypeError);
    await expect(checkWritableFolder(join(folder, 'file'))).rejects.toMatchObject({
      code: 'unwritable',
      reason: 'cannot write it: a file is where a folder must be',
    });
  });

  it.skipIf(!existsSync('/proc/self'))('finds folders that take no files', async () => {
    const refusal = { code: 'unwritable', reason: 'cannot write it: no file can be made here' };
    for (const file of ['/proc/x', '/proc/x/y/z']) {
      await expect(checkWritable(file)).rejects.toMatchObject({ ...refusal, file });
      await expect(checkWritableFolder(file)).rejects.toMatchObject({ ...refusal, file });
    }
    await expect(checkWritableFolder('/proc')).rejects.toMatchObject(refusal);
    await expect(withFolderLock('/proc', async () => {})).rejects.toMatchObject({ code: 'unwritable' });
  });
});

describe('makeFolder', () => {
  it('makes what is missing and says whether', async () => {
    const path = join(folder, 'a/b/c');
    expect(await makeFolder(path)).toBe(true);
    expect(await makeFolder(path)).toBe(false);
    expect(await Promise.all([1, 2, 3].map(() => makeFolder(join(folder, 'd/e'))))).toContain(true);
  });

  it('names a file in the way', async () => {
    await writeFile(join(folder, 'taken'), '');
    for (const path of ['taken', 'taken/a', 'taken/a/b']) {
      await expect(makeFolder(join(folder, path))).rejects.toMatchObject({ code: 'not-a-directory' });
    }
  });

  it.skipIf(!existsSync('/proc/self'))('ends where no folder can be made', async () => {
    for (const path of ['/proc/x', '/proc/x/y/z', '/proc/self/x/y']) {
      await expect(makeFolder(path)).rejects.toMatchObject({
        code: 'unwritable',
        reason: 'no folder can be made here',
      });
      await expect(writeFileAtomic(join(path, 'file'), '')).rejects.toMatchObject({ code: 'unwritable' });
    }
    await expect(writeFileAtomic('/proc/x.png', '')).rejects.toMatchObject({
      code: 'unwritable',
      message: '/proc/x.png: no file can be made here',
    });
  });
});
