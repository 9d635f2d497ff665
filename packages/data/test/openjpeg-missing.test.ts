import { decodeDicom, decodeImage } from '@cxr/data';
import { afterEach, expect, it, vi } from 'vitest';
import { readJsonLines } from '../../../test/support/goldens.js';
import { failure } from './support/failure.js';

const rows = readJsonLines<{ name: string; file: string }>('data/jpeg2000.jsonl');
const named = (name: string) => Buffer.from(rows.find((row) => row.name === name)!.file, 'base64');

afterEach(() => vi.restoreAllMocks());

it('a missing decoder of JPEG 2000 is named, with how to get it', async () => {
  // As in a browser: nothing of Node.
  vi.spyOn(process, 'getBuiltinModule').mockReturnValue(undefined as never);
  const message =
    /^unsupported \| .*needs the package @cornerstonejs\/codec-openjpeg: install it .*option openjpeg/;
  expect(await failure(decodeImage(named('L')))).toMatch(message);
  expect(await failure(decodeDicom(named('12 bits')))).toMatch(message);
});
