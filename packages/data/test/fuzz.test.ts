import {
  decodeImage,
  findPersonalData,
  parseCsv,
  readDicomHeader,
  readLabelCsv,
  readMedMnist,
  readNpy,
  readNpz,
  readZip,
  writeNpz,
} from '@cxr/data';
import { CxrFileError, createRng, type Rng } from '@cxr/image';
import { describe, expect, it } from 'vitest';
import { readJsonLines } from '../../../test/support/goldens.js';

interface Row {
  name: string;
  file: string;
}

/** Inputs for each reader; `npm run fuzz` in the package sets a hundred thousand. */
const COUNT = Number(process.env.CXR_FUZZ ?? 1500);
/** Of memory, the most that the process may ever have held: a reader that keeps or claims too much shows in it. */
const MOST_BYTES = 2 ** 30;

interface Source {
  name: string;
  bytes: Uint8Array;
}

/** The golden files of a list whose names begin so. */
function goldens(list: string, begin = ''): Source[] {
  return readJsonLines<Row>(`data/${list}`)
    .filter(({ name }) => name.startsWith(begin))
    .map(({ name, file }) => ({ name, bytes: new Uint8Array(Buffer.from(file, 'base64')) }));
}

const CSV = [
  'Image Index,Finding Labels,Patient ID\n00000001_000.png,Cardiomegaly|Emphysema,1\n',
  'Path,Sex,Edema,Fracture\r\n"train/patient00002/study2/""x"".jpg",F,-1.0,1.0\r\n',
].map((text) => ({ name: 'CSV', bytes: new TextEncoder().encode(text) }));

const part = { data: new Uint8Array(2 * 3 * 3), shape: [2, 3, 3], dtype: 'uint8' } as const;
const labels = { data: new Uint8Array(2), shape: [2, 1], dtype: 'uint8' } as const;
const arrays = {
  train_images: { ...part, shape: [...part.shape] },
  train_labels: { ...labels, shape: [2, 1] },
};
const MEDMNIST = [{ name: 'MedMNIST', bytes: writeNpz(arrays) }];

const decode = (bytes: Uint8Array) => decodeImage(bytes, { maxPixels: 1e6 });
const textOf = (bytes: Uint8Array) => new TextDecoder('latin1').decode(bytes);

const READERS: [name: string, sources: Source[], read: (bytes: Uint8Array) => unknown, share?: number][] = [
  ['decodeImage on PNG', goldens('png.jsonl'), decode],
  ['decodeImage on BMP', goldens('other.jsonl', 'bmp'), decode],
  ['decodeImage on PNM', goldens('other.jsonl', 'p'), decode],
  // mozjpeg is not ours and, being lenient, slow on nonsense.
  ['decodeImage on JPEG', goldens('jpeg.jsonl'), decode, 0.1],
  ['decodeImage on TIFF', goldens('tiff.jsonl'), decode],
  ['decodeImage on CCITT in TIFF', goldens('ccitt.jsonl'), decode],
  ['decodeImage on CMYK JPEG', goldens('cmyk.jsonl'), decode, 0.1],
  // Nor is libwebp.
  ['decodeImage on WebP', goldens('webp.jsonl'), decode, 0.1],
  ['decodeImage on DICOM', goldens('dicom.jsonl').filter(({ name }) => !name.includes('baseline')), decode],
  ['decodeImage on DICOM with JPEG baseline', goldens('dicom.jsonl', 'JPEG baseline'), decode, 0.1],
  ['decodeImage on PBM and old BMP', goldens('old.jsonl'), decode],
  ['decodeImage on rarer DICOM', goldens('dicom_more.jsonl'), decode],
  ['decodeImage on JPEG 2000', goldens('jpeg2000.jsonl'), decode, 0.3],
  ['decodeImage on JPEG-LS', goldens('jpegls.jsonl'), decode],
  ['readDicomHeader', goldens('dicom.jsonl'), readDicomHeader],
  ['findPersonalData', goldens('personal.jsonl'), findPersonalData],
  ['readNpy', goldens('npy.jsonl').filter(({ name }) => !name.startsWith('npz')), readNpy],
  ['readNpz', goldens('npy.jsonl', 'npz'), readNpz],
  ['readZip without checksums', goldens('npy.jsonl', 'npz'), (bytes) => readZip(bytes, { checkCrc: false })],
  ['readMedMnist', MEDMNIST, readMedMnist],
  ['parseCsv', CSV, (bytes) => parseCsv(textOf(bytes))],
  ['readLabelCsv', CSV, (bytes) => readLabelCsv(textOf(bytes))],
];

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
  it.each(READERS)(
    '%s gives a CxrFileError or a result, soon',
    async (_, sources, read, share = 1) => {
      const count = Math.ceil(COUNT * share);
      const rng = createRng(20, count);
      for (let i = 0; i < count; i++) {
        const source = sources[rng.integer(sources.length)]!;
        const fault = await survives(read, mutate(source.bytes, rng));
        // An assertion for each would take longer than the reading.
        if (fault !== undefined) expect.fail(`input ${i}, from ${source.name}: ${fault}`);
      }
      expect(1024 * process.resourceUsage().maxRSS).toBeLessThan(MOST_BYTES);
    },
    3_600_000,
  );
});
