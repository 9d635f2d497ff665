import { CxrFileError, createRng, decodeImage, type Rng, readNpy, readNpz, readZip } from '@cxr/data';
import { describe, expect, it } from 'vitest';
import { readJsonLines } from './support/fixtures.js';

interface Row {
  name: string;
  file: string;
}

const files = ['png.jsonl', 'other.jsonl', 'jpeg.jsonl', 'npy.jsonl'].flatMap((list) =>
  readJsonLines<Row>(list).map(({ name, file }) => ({
    name,
    list,
    bytes: new Uint8Array(Buffer.from(file, 'base64')),
  })),
);

/** Bytes changed, cut out, doubled or cut off, mostly near the start, where the headers are. */
function mutate(bytes: Uint8Array, rng: Rng): Uint8Array {
  let mutant = bytes.slice();
  const changes = 1 + rng.integer(4);
  for (let i = 0; i < changes; i++) {
    const at = rng.integer(rng.uniform() < 0.5 ? Math.min(64, mutant.length) : mutant.length);
    const kind = rng.integer(5);
    if (kind < 2) mutant[at] = rng.integer(256);
    else if (kind === 2) mutant[at] = [0, 1, 127, 128, 255][rng.integer(5)]!;
    else if (kind === 3) mutant = mutant.slice(0, Math.max(1, at));
    else
      mutant = Uint8Array.of(
        ...mutant.slice(0, at),
        ...mutant.slice(Math.max(0, at - 9), at + 9),
        ...mutant.slice(at),
      );
    if (mutant.length < 2) return mutant;
  }
  return mutant;
}

/** Only our own error, in short time: no crash, no hang. */
async function survives(
  read: (bytes: Uint8Array) => unknown,
  bytes: Uint8Array,
): Promise<string | undefined> {
  const start = performance.now();
  try {
    await read(bytes);
  } catch (error) {
    if (!(error instanceof CxrFileError)) return String(error);
  }
  const seconds = (performance.now() - start) / 1000;
  return seconds > 2 ? `took ${seconds} s` : undefined;
}

describe('hostile input', () => {
  it.each([
    ['decodeImage on PNG', 'png.jsonl', 2500, (bytes: Uint8Array) => decodeImage(bytes, { maxPixels: 1e6 })],
    [
      'decodeImage on BMP and PNM',
      'other.jsonl',
      2500,
      (bytes: Uint8Array) => decodeImage(bytes, { maxPixels: 1e6 }),
    ],
    ['decodeImage on JPEG', 'jpeg.jsonl', 300, (bytes: Uint8Array) => decodeImage(bytes, { maxPixels: 1e6 })],
    ['readNpy', 'npy.jsonl', 2500, readNpy],
    ['readNpz', 'npy.jsonl', 2500, readNpz],
    [
      'readZip without checksums',
      'npy.jsonl',
      2500,
      (bytes: Uint8Array) => readZip(bytes, { checkCrc: false }),
    ],
  ] as const)('%s gives a CxrFileError or a result, soon', async (_, list, count, read) => {
    const sources = files.filter((file) => file.list === list);
    const zips = sources.filter(({ name }) => name.startsWith('npz'));
    const rng = createRng(20, count);
    for (let i = 0; i < count; i++) {
      const from = read === readNpy || list !== 'npy.jsonl' ? sources : zips;
      const source = from[rng.integer(from.length)]!;
      const mutant = mutate(source.bytes, rng);
      expect(await survives(read, mutant), `input ${i}, from ${source.name}`).toBeUndefined();
    }
  });
});
