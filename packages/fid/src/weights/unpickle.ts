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
  const stack: unknown[] = [];
  const memo = new Map<number, unknown>();
  const pop = (): unknown => {
    if (stack.length === 0) throw new CxrFileError('corrupt', 'pickle takes from an empty stack');
    return noMark(stack.pop());
  };
  const popToMark = (): unknown[] => {
    const at = stack.lastIndexOf(MARK);
    if (at < 0) throw new CxrFileError('corrupt', 'pickle has no mark');
    const items = stack.splice(at + 1);
    stack.pop();
    return items;
  };
  const top = <T>(type: new (...args: never[]) => T, what: string): T => {
    const value = stack.at(-1);
    if (!(value instanceof type)) throw new CxrFileError('corrupt', `pickle changes what is not a ${what}`);
    return value;
  };
  const recall = (key: number): unknown => {
    if (!memo.has(key)) throw new CxrFileError('corrupt', `pickle recalls what it never stored: ${key}`);
    return memo.get(key);
  };
  const setItems = (items: unknown[]): void => {
    const dict = top(Map, 'dict');
    if (items.length % 2 === 1) throw new CxrFileError('corrupt', 'pickle has a key without a value');
    for (let i = 0; i < items.length; i += 2) dict.set(items[i], items[i + 1]);
  };
  const memoize = (key: number): void => {
    if (stack.length === 0) throw new CxrFileError('corrupt', 'pickle stores from an empty stack');
    memo.set(key, noMark(stack.at(-1)));
  };
  const global = (module: string, name: string): PickleGlobal => {
    const full = `${module} ${name}`;
    if (!hooks.globals.has(full)) {
      throw new CxrFileError(
        'unsupported',
        `pickle names ${module}.${name}, which no state dict needs: refused`,
      );
    }
    return { global: full };
  };
  const call = (target: unknown, args: unknown): unknown => {
    const name = (target as Partial<PickleGlobal> | null)?.global;
    const make = name === undefined ? undefined : hooks.globals.get(name);
    if (!make || !Array.isArray(args))
      throw new CxrFileError('corrupt', `pickle calls ${name ?? 'what is no function'}`);
    return make(args);
  };

  for (let opcodes = 0; ; opcodes++) {
    if (opcodes === MAX_OPCODES) {
      throw new CxrFileError(
        'too-large',
        `a pickle of more than ${MAX_OPCODES} steps is no state dict of weights`,
      );
    }
    const opcode = reader.uint(1);
    switch (opcode) {
      case 0x80: // PROTO
        reader.uint(1);
        break;
      case 0x95: // FRAME
        reader.skip(8);
        break;
      case 0x28: // MARK
        stack.push(MARK);
        break;
      case 0x2e: // STOP
        return { value: pop(), end: reader.at };
      case 0x4e: // NONE
        stack.push(null);
        break;
      case 0x88: // NEWTRUE
        stack.push(true);
        break;
      case 0x89: // NEWFALSE
        stack.push(false);
        break;
      case 0x4a: // BININT
        stack.push(reader.uint(4) | 0);
        break;
      case 0x4b: // BININT1
        stack.push(reader.uint(1));
        break;
      case 0x4d: // BININT2
        stack.push(reader.uint(2));
        break;
      case 0x8a: // LONG1
        stack.push(reader.long(reader.uint(1)));
        break;
      case 0x58: // BINUNICODE
        stack.push(reader.text(reader.uint(4)));
        break;
      case 0x8c: // SHORT_BINUNICODE
        stack.push(reader.text(reader.uint(1)));
        break;
      case 0x29: // EMPTY_TUPLE
      case 0x5d: // EMPTY_LIST
        stack.push([]);
        break;
      case 0x7d: // EMPTY_DICT
        stack.push(new Map());
        break;
      case 0x74: // TUPLE
        stack.push(popToMark());
        break;
      case 0x85: // TUPLE1
        stack.push([pop()]);
        break;
      case 0x86: // TUPLE2
      case 0x87: {
        // TUPLE3
        const items = opcode === 0x87 ? [pop(), pop(), pop()] : [pop(), pop()];
        stack.push(items.reverse());
        break;
      }
      case 0x61: {
        // APPEND
        const item = pop();
        top(Array, 'list').push(item);
        break;
      }
      case 0x65: {
        // APPENDS
        const items = popToMark();
        const list = top(Array, 'list');
        // Not by spreading: each item would take room on the call stack.
        for (const item of items) list.push(item);
        break;
      }
      case 0x73: {
        // SETITEM
        const [value, key] = [pop(), pop()];
        setItems([key, value]);
        break;
      }
      case 0x75: // SETITEMS
        setItems(popToMark());
        break;
      case 0x71: // BINPUT
        memoize(reader.uint(1));
        break;
      case 0x72: // LONG_BINPUT
        memoize(reader.uint(4));
        break;
      case 0x94: // MEMOIZE
        memoize(memo.size);
        break;
      case 0x68: // BINGET
        stack.push(recall(reader.uint(1)));
        break;
      case 0x6a: // LONG_BINGET
        stack.push(recall(reader.uint(4)));
        break;
      case 0x63: // GLOBAL
        stack.push(global(reader.line(), reader.line()));
        break;
      case 0x93: {
        // STACK_GLOBAL
        const [name, module] = [pop(), pop()];
        if (typeof module !== 'string' || typeof name !== 'string')
          throw new CxrFileError('corrupt', 'pickle names a global by what is no text');
        stack.push(global(module, name));
        break;
      }
      case 0x52: {
        // REDUCE
        const [args, target] = [pop(), pop()];
        stack.push(call(target, args));
        break;
      }
      case 0x62: // BUILD: sets attributes; a state dict has `_metadata` there, which nothing here needs.
        pop();
        top(Map, 'dict');
        break;
      case 0x51: // BINPERSID
        stack.push(hooks.persistent(pop()));
        break;
      default:
        throw new CxrFileError(
          'unsupported',
          `pickle has opcode 0x${opcode.toString(16).padStart(2, '0')} at byte ${reader.at - 1}, which no state dict needs: refused`,
        );
    }
  }
}

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
