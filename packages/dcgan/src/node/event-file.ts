import { appendFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { fileSystemError } from '@cxr/data/node';

/*
 * TensorBoard's event files: records of (length, masked CRC-32C of the length, data, masked CRC-32C of the data), the
 * data being an Event of tensorflow/core/util/event.proto. Only the few fields needed are written. No maintained
 * npm package does this without TensorFlow itself.
 */

/** Writes scalars for TensorBoard. */
export interface EventFile {
  /** Appends scalars of one step. */
  scalars(step: number, values: Readonly<Record<string, number>>): Promise<void>;
}

/**
 * Starts an event file in a folder, which must exist. TensorBoard shows all files of a folder as one run.
 * @param firstStep the first step to come: what earlier files have of it and later ones is no longer shown.
 */
export async function createEventFile(folder: string, firstStep: number): Promise<EventFile> {
  const seconds = Date.now() / 1000;
  const name = `events.out.tfevents.${Math.floor(seconds)}.${hostname()}.${process.pid}`;
  const file = join(folder, name);
  await append(file, record(event(0, text(3, 'brain.Event:2'))));
  await append(file, record(event(firstStep, SESSION_START)));
  return {
    scalars: (step, values) => {
      const summary = Object.entries(values).map(([tag, value]) =>
        bytes(1, concat(text(1, tag), float(2, value))),
      );
      return append(file, record(event(step, bytes(5, concat(...summary)))));
    },
  };
}

async function append(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await appendFile(file, bytes);
  } catch (cause) {
    throw fileSystemError(cause, file, 'unwritable');
  }
}

function event(step: number, what: Uint8Array): Uint8Array {
  return concat(double(1, Date.now() / 1000), varint((2 << 3) | 0), varint(step), what);
}

function record(data: Uint8Array): Uint8Array {
  const head = new Uint8Array(8);
  new DataView(head.buffer).setBigUint64(0, BigInt(data.length), true);
  return concat(head, checksum(head), data, checksum(data));
}

function checksum(data: Uint8Array): Uint8Array {
  const crc = crc32c(data);
  const masked = (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
  return littleEndian(4, (view) => view.setUint32(0, masked, true));
}

/** CRC-32C (Castagnoli), bit by bit: records are short. */
export function crc32c(data: Uint8Array): number {
  let crc = 0xffffffff;
  for (const byte of data) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}

// Protocol buffer fields: a varint of (field number << 3 | wire type), then the value.
const double = (field: number, value: number): Uint8Array =>
  concat(
    varint((field << 3) | 1),
    littleEndian(8, (view) => view.setFloat64(0, value, true)),
  );
const float = (field: number, value: number): Uint8Array =>
  concat(
    varint((field << 3) | 5),
    littleEndian(4, (view) => view.setFloat32(0, value, true)),
  );
const bytes = (field: number, value: Uint8Array): Uint8Array =>
  concat(varint((field << 3) | 2), varint(value.length), value);
const text = (field: number, value: string): Uint8Array => bytes(field, new TextEncoder().encode(value));

function varint(value: number): Uint8Array {
  const parts: number[] = [];
  let rest = value;
  for (; rest > 127; rest = Math.floor(rest / 128)) parts.push((rest % 128) | 128);
  return Uint8Array.from([...parts, rest]);
}

function littleEndian(length: number, write: (view: DataView) => void): Uint8Array {
  const out = new Uint8Array(length);
  write(new DataView(out.buffer));
  return out;
}

const concat = (...parts: Uint8Array[]): Uint8Array => Uint8Array.from(Buffer.concat(parts));

/** An Event's `session_log` with the status START. */
const SESSION_START = bytes(7, Uint8Array.of((1 << 3) | 0, 1));
