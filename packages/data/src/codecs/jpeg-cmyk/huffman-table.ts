import { CxrFileError } from '@cxr/image';

/** For each 16 bits that a code may begin: 256 × the length of the code, and its symbol; 0 where none begins so. */
export type HuffmanTable = Uint16Array;

/** The tables of a JPEG so far, by class and number (0..3 for DC, 16..19 for AC): counts of codes of 1 to 16 bits, and symbols. */
export type HuffmanCodes = Map<number, Uint8Array>;

/** Takes over the tables of a DHT segment's content. @throws CxrFileError 'corrupt'. */
export function readHuffmanCodes(content: Uint8Array, codes: HuffmanCodes): void {
  for (let at = 0; at < content.length; ) {
    const symbols = content.subarray(at + 1, at + 17).reduce((sum, count) => sum + count, 0);
    if (at + 17 + symbols > content.length) throw broken();
    codes.set(content[at]!, content.subarray(at + 1, at + 17 + symbols));
    at += 17 + symbols;
  }
}

/** @throws CxrFileError 'corrupt' for a table that is missing or has too many codes. */
export function huffmanTable(codes: HuffmanCodes, number: number): HuffmanTable {
  const content = codes.get(number);
  if (!content) throw broken();
  const table = new Uint16Array(65536);
  let from = 0;
  let symbol = 16;
  for (let length = 1; length <= 16; length++) {
    const each = 2 ** (16 - length);
    for (let i = 0; i < content[length - 1]!; i++, from += each) {
      if (from + each > table.length) throw broken();
      table.fill(256 * length + content[symbol++]!, from, from + each);
    }
  }
  return table;
}

function broken(): CxrFileError {
  return new CxrFileError('corrupt', 'a JPEG with a broken Huffman table');
}
