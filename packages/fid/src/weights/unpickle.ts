import { CxrFileError } from '@cxr/image';

/**
 * A pickle reader for state dicts and nothing else.
 *
 * Our own, because the general readers on npm build any object that a pickle names and accept every opcode. Here there is a
 * closed list of opcodes and of globals; anything else is refused by name. So a file cannot run anything, and can construct only
 * dicts, lists, numbers, texts and tensors.
 * Opcodes: https://github.com/python/cpython/blob/main/Lib/pickletools.py
 */

/** A named thing of Python that the pickle refers to, such as `torch FloatStorage`; never looked up or run. */
export interface PickleGlobal {
  global: string;
}

/** The results of REDUCE for the allowed globals, and of persistent ids. */
export interface PickleHooks {
  /** Allowed globals, as `module name`, with the function that computes a call's result; null if not callable. */
  globals: ReadonlyMap<string, ((args: unknown[]) => unknown) | null>;
  persistent(id: unknown): unknown;
}

const MARK = Symbol('mark');

/**
 * The Inception's state dict takes about 20,000. Each makes one object at most, so that this bounds the memory, whatever the
 * pickle's length.
 */
const MAX_OPCODES = 2 ** 17;

/**
 * Reads one pickle at `start`. Dicts come as Map. Returns the value and the offset after it.
 * @throws CxrFileError 'corrupt', 'truncated', 'unsupported' or 'too-large'.
 */
export function unpickle(bytes: Uint8Array, hooks: PickleHooks, start = 0): { value: unknown; end: number } {
  const reader = new Reader(bytes, start);
  const machine = new Machine(hooks);
  for (let opcodes = 0; opcodes < MAX_OPCODES; opcodes++) {
    const opcode = reader.uint(1);
    if (opcode === STOP) return { value: machine.pop(), end: reader.at };
    const run = OPCODES.get(opcode);
    if (!run) {
      throw new CxrFileError(
        'unsupported',
        `pickle has opcode 0x${opcode.toString(16).padStart(2, '0')} at byte ${reader.at - 1}, which no state dict needs: refused`,
      );
    }
    run(machine, reader);
  }
  throw new CxrFileError(
    'too-large',
    `a pickle of more than ${MAX_OPCODES} steps is no state dict of weights`,
  );
}

/** The stack and the memo that opcodes work on. */
class Machine {
  readonly hooks: PickleHooks;
  readonly #stack: unknown[] = [];
  readonly #memo = new Map<number, unknown>();

  constructor(hooks: PickleHooks) {
    this.hooks = hooks;
  }

  /** Values stored so far. */
  get stored(): number {
    return this.#memo.size;
  }

  push(value: unknown): void {
    this.#stack.push(value);
  }

  pop(): unknown {
    if (this.#stack.length === 0) throw corrupt('takes from an empty stack');
    return noMark(this.#stack.pop());
  }

  /** The topmost `count` values, the lowest first. */
  popMany(count: number): unknown[] {
    return Array.from({ length: count }, () => this.pop()).reverse();
  }

  popToMark(): unknown[] {
    const at = this.#stack.lastIndexOf(MARK);
    if (at < 0) throw corrupt('has no mark');
    const items = this.#stack.splice(at + 1);
    this.#stack.pop();
    return items;
  }

  append(items: readonly unknown[]): void {
    const list = this.#top(Array, 'list');
    // Not by spreading: each item would take room on the call stack.
    for (const item of items) list.push(item);
  }

  setItems(items: readonly unknown[]): void {
    const dict = this.#top(Map, 'dict');
    if (items.length % 2 === 1) throw corrupt('has a key without a value');
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  }

  /** A state dict has `_metadata` as an attribute, which nothing here needs. */
  dropAttributes(): void {
    this.pop();
    this.#top(Map, 'dict');
  }

  store(key: number): void {
    if (this.#stack.length === 0) throw corrupt('stores from an empty stack');
    this.#memo.set(key, noMark(this.#stack.at(-1)));
  }

  recall(key: number): void {
    if (!this.#memo.has(key)) throw corrupt(`recalls what it never stored: ${key}`);
    this.push(this.#memo.get(key));
  }

  pushGlobal(module: unknown, name: unknown): void {
    if (typeof module !== 'string' || typeof name !== 'string')
      throw corrupt('names a global by what is no text');
    const global = `${module} ${name}`;
    if (!this.hooks.globals.has(global)) {
      throw new CxrFileError(
        'unsupported',
        `pickle names ${module}.${name}, which no state dict needs: refused`,
      );
    }
    this.push({ global } satisfies PickleGlobal);
  }

  call(target: unknown, args: unknown): void {
    const name = (target as Partial<PickleGlobal> | null)?.global;
    const make = name === undefined ? undefined : this.hooks.globals.get(name);
    if (!make || !Array.isArray(args)) throw corrupt(`calls ${name ?? 'what is no function'}`);
    this.push(make(args));
  }

  #top<T>(type: new (...args: never[]) => T, what: string): T {
    const value = this.#stack.at(-1);
    if (!(value instanceof type)) throw corrupt(`changes what is not a ${what}`);
    return value;
  }
}

function corrupt(fault: string): CxrFileError {
  return new CxrFileError('corrupt', `pickle ${fault}`);
}

const STOP = 0x2e;

/** What each opcode does; STOP ends the pickle. */
const OPCODES: ReadonlyMap<number, (machine: Machine, reader: Reader) => void> = new Map([
  [0x80, (_, reader) => void reader.uint(1)], // PROTO
  [0x95, (_, reader) => void reader.skip(8)], // FRAME
  [0x28, (machine) => machine.push(MARK)], // MARK
  [0x4e, (machine) => machine.push(null)], // NONE
  [0x88, (machine) => machine.push(true)], // NEWTRUE
  [0x89, (machine) => machine.push(false)], // NEWFALSE
  [0x4a, (machine, reader) => machine.push(reader.uint(4) | 0)], // BININT
  [0x4b, (machine, reader) => machine.push(reader.uint(1))], // BININT1
  [0x4d, (machine, reader) => machine.push(reader.uint(2))], // BININT2
  [0x8a, (machine, reader) => machine.push(reader.long(reader.uint(1)))], // LONG1
  [0x58, (machine, reader) => machine.push(reader.text(reader.uint(4)))], // BINUNICODE
  [0x8c, (machine, reader) => machine.push(reader.text(reader.uint(1)))], // SHORT_BINUNICODE
  [0x29, (machine) => machine.push([])], // EMPTY_TUPLE
  [0x5d, (machine) => machine.push([])], // EMPTY_LIST
  [0x7d, (machine) => machine.push(new Map())], // EMPTY_DICT
  [0x74, (machine) => machine.push(machine.popToMark())], // TUPLE
  [0x85, (machine) => machine.push(machine.popMany(1))], // TUPLE1
  [0x86, (machine) => machine.push(machine.popMany(2))], // TUPLE2
  [0x87, (machine) => machine.push(machine.popMany(3))], // TUPLE3
  [0x61, (machine) => machine.append(machine.popMany(1))], // APPEND
  [0x65, (machine) => machine.append(machine.popToMark())], // APPENDS
  [0x73, (machine) => machine.setItems(machine.popMany(2))], // SETITEM
  [0x75, (machine) => machine.setItems(machine.popToMark())], // SETITEMS
  [0x71, (machine, reader) => machine.store(reader.uint(1))], // BINPUT
  [0x72, (machine, reader) => machine.store(reader.uint(4))], // LONG_BINPUT
  [0x94, (machine) => machine.store(machine.stored)], // MEMOIZE
  [0x68, (machine, reader) => machine.recall(reader.uint(1))], // BINGET
  [0x6a, (machine, reader) => machine.recall(reader.uint(4))], // LONG_BINGET
  [0x63, (machine, reader) => machine.pushGlobal(reader.line(), reader.line())], // GLOBAL
  [
    0x93, // STACK_GLOBAL
    (machine) => {
      const [module, name] = machine.popMany(2);
      machine.pushGlobal(module, name);
    },
  ],
  [
    0x52, // REDUCE
    (machine) => {
      const [target, args] = machine.popMany(2);
      machine.call(target, args);
    },
  ],
  [0x62, (machine) => machine.dropAttributes()], // BUILD
  [0x51, (machine) => machine.push(machine.hooks.persistent(machine.pop()))], // BINPERSID
]);

/** A mark only separates: it cannot be a value, key or name. */
function noMark(value: unknown): unknown {
  if (value === MARK) throw new CxrFileError('corrupt', 'pickle uses a mark as a value');
  return value;
}

/** Little-endian reads that fail at the end of the bytes. */
class Reader {
  readonly #bytes: Uint8Array;
  at: number;

  constructor(bytes: Uint8Array, start: number) {
    this.#bytes = bytes;
    this.at = start;
  }

  skip(length: number): Uint8Array {
    if (this.at + length > this.#bytes.length) throw new CxrFileError('truncated', 'pickle ends too early');
    this.at += length;
    return this.#bytes.subarray(this.at - length, this.at);
  }

  uint(length: 1 | 2 | 4): number {
    let value = 0;
    for (const [i, byte] of this.skip(length).entries()) value += byte * 2 ** (8 * i);
    return value;
  }

  /** A two's complement number; one beyond 2^53 comes as bigint, as torch's magic number is. */
  long(length: number): number | bigint {
    let value = 0n;
    for (const [i, byte] of this.skip(length).entries()) value += BigInt(byte) << BigInt(8 * i);
    value = BigInt.asIntN(8 * length, value);
    return Number.isSafeInteger(Number(value)) ? Number(value) : value;
  }

  text(length: number): string {
    return new TextDecoder().decode(this.skip(length));
  }

  line(): string {
    const end = this.#bytes.indexOf(0x0a, this.at);
    if (end < 0) throw new CxrFileError('truncated', 'pickle ends too early');
    const text = this.text(end - this.at);
    this.at++;
    return text;
  }
}
