import { crc32 as reference } from 'node:zlib';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { crc32, crc32InScript } from '../src/archives/crc32.js';

it.each([
  ['crc32', crc32],
  ['crc32InScript', crc32InScript],
])('%s is zlib’s, of any length at any place', (_, crc32) => {
  expect(crc32(new TextEncoder().encode('123456789'))).toBe(0xcbf43926);
  expect(crc32(new Uint8Array(0))).toBe(0);
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(70), (bytes, from) => {
      expect(crc32(bytes.subarray(from))).toBe(reference(bytes.subarray(from)));
    }),
  );
});
