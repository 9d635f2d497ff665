import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { decodeImage } from '@cxr/data';
import type { TrainEvent } from '@cxr/dcgan';
import { createRunLog, saveSamples } from '@cxr/dcgan/node';
import { image } from '@cxr/image';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { crc32c, createEventFile } from '../src/node/event-file.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'cxr-dcgan-files-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe('event files', () => {
  it('sum with CRC-32C', () => {
    // The check value of the algorithm's definition (RFC 3720, B.4 has others).
    expect(crc32c(new TextEncoder().encode('123456789'))).toBe(0xe3069283);
  });

  it('hold what was written, record by record, as TensorBoard reads it', async () => {
    const events = await createEventFile(folder, 7);
    await events.scalars(300, { loss: 0.5 });
    const [name] = await readdir(folder);
    expect(name).toMatch(/^events\.out\.tfevents\.\d+\./);
    const records = readRecords(await readFile(join(folder, name!)));
    expect(records).toHaveLength(3);
    expect(new TextDecoder().decode(records[0])).toContain('brain.Event:2');
    // Field 2 varint 7; field 7: SessionLog{1: START}.
    expect([...records[1]!.subarray(9)]).toEqual([0x10, 7, 0x3a, 2, 0x08, 1]);
    // Field 2 varint 300; field 5: Summary{1: Value{1: "loss", 2: 0.5f}}; after field 1, a double: 9 bytes.
    expect([...records[2]!.subarray(9)]).toEqual([
      ...[0x10, 0xac, 0x02],
      ...[0x2a, 13, 0x0a, 11, 0x0a, 4, ...new TextEncoder().encode('loss'), 0x15, 0, 0, 0, 0x3f],
    ]);
  });
});

/** The data of each record, lengths and both checksums verified. */
function readRecords(file: Buffer): Uint8Array[] {
  const records: Uint8Array[] = [];
  const verify = (data: Uint8Array, stored: number) => {
    const crc = crc32c(data);
    expect(stored).toBe((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
  };
  for (let at = 0; at < file.length; ) {
    const length = Number(file.readBigUInt64LE(at));
    verify(file.subarray(at, at + 8), file.readUInt32LE(at + 8));
    const data = file.subarray(at + 12, at + 12 + length);
    verify(data, file.readUInt32LE(at + 12 + length));
    records.push(data);
    at += 16 + length;
  }
  return records;
}

describe('createRunLog', () => {
  const logOf = async () =>
    (await readFile(join(folder, 'log.jsonl'), 'utf8'))
      .split('\n')
      .slice(0, -1)
      .map((line) => JSON.parse(line));
  const step = (number: number) => ({ type: 'step', step: number, lossD: 0.5, lossG: 2 });

  it('keeps the lines of the steps that are done, and drops what a killed run or another hand has left', async () => {
    const bad = [{ step: '1' }, { step: null }, {}, { type: 'score', step: 3, score: 1 }];
    const lines = [{ type: 'start', step: 0 }, step(1), ...bad, step(2), step(3)];
    const text = lines.map((line) => `${JSON.stringify(line)}\n`).join('');
    await writeFile(join(folder, 'log.jsonl'), `${text}{"type":"st`);
    await createRunLog(folder, 2);
    expect(await logOf()).toEqual([{ type: 'start', step: 0 }, step(1), step(2)]);
  });

  it('writes events without images and models, and numbers for TensorBoard', async () => {
    const log = await createRunLog(folder, 0);
    await log.write({ type: 'sample', step: 1, images: [], grid: image(new Uint8Array(1), 1, 1, 1) });
    await log.write(step(1) as TrainEvent);
    await log.write({ type: 'score', step: 1, score: 0.25, best: true, seconds: 1 });
    await log.write({ type: 'end', step: 1, reason: 'done', generator: {} as never });
    expect(await logOf()).toEqual([
      step(1),
      { type: 'score', step: 1, score: 0.25, best: true, seconds: 1 },
      { type: 'end', step: 1, reason: 'done' },
    ]);
    const board = (await readdir(folder)).find((name) => name.startsWith('events.'))!;
    const records = readRecords(await readFile(join(folder, board)));
    // The second says that steps from 1 on follow.
    expect([...records[1]!.subarray(9, 11)]).toEqual([0x10, 1]);
    const texts = records.toSpliced(1, 1).map((data) => new TextDecoder('latin1').decode(data));
    expect(texts).toHaveLength(3);
    expect(texts[1]).toContain('lossD\x15\x00\x00\x00\x3f');
    expect(texts[1]).toContain('lossG\x15\x00\x00\x00\x40');
    expect(texts[1]).not.toContain('score');
    expect(texts[2]).toContain('score\x15\x00\x00\x80\x3e');
  });
});

describe('saveSamples', () => {
  it('writes 8-bit PNG files, and stretches only when asked', async () => {
    const source = image(Uint8Array.of(50, 100, 100, 150), 2, 2, 1);
    const flat = image(new Uint8Array(4).fill(9), 2, 2, 1);
    const read = async (name: string) => [...(await decodeImage(await readFile(join(folder, name)))).data];
    expect(await saveSamples([source, flat], folder)).toBe(2);
    expect(await read('sample-00000.png')).toEqual([50, 100, 100, 150]);
    await saveSamples([source, flat], folder, { prefix: 'paper', stretch: true });
    expect(await read('paper-00000.png')).toEqual([0, 128, 128, 255]);
    expect(await read('paper-00001.png')).toEqual([9, 9, 9, 9]);
  });
});
