/** What the types of imports are made of, after their kind: the bytes before the limits, or none for no limits. */
const KIND = { function: 0, table: 1, memory: 2, global: 3 } as const;

/** The number of a module's section that lists imports, and of the one that defines memories. */
const SECTION = { import: 2, memory: 5 } as const;

/** The first byte of a memory's limits: it has a maximum; it has one and is shared. */
const LIMITS = { withMaximum: 1, shared: 3 } as const;

/**
 * The same WebAssembly module over shared memory: one flag differs in the type of the memory that it has or imports. Its
 * code needs nothing else, as long as only one thread at a time writes to an address.
 *
 * @param bytes of a module whose memory has a maximum.
 * @throws Error when it has no such memory.
 */
export function withSharedMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const at = memoryLimits(bytes);
  if (at === undefined || bytes[at] !== LIMITS.withMaximum) {
    throw new Error('the WebAssembly module has no memory that can be shared');
  }
  const shared = Uint8Array.from(bytes);
  shared[at] = LIMITS.shared;
  return shared;
}

/** The place of the first byte of the memory's limits. */
function memoryLimits(bytes: Uint8Array): number | undefined {
  const reader = new Reader(bytes);
  while (reader.at < bytes.length) {
    const section = reader.number();
    const size = reader.number();
    const end = reader.at + size;
    const count = section === SECTION.import || section === SECTION.memory ? reader.number() : 0;
    if (section === SECTION.memory && count > 0) return reader.at;
    for (let i = 0; section === SECTION.import && i < count; i++) {
      if (reader.import()) return reader.at;
    }
    reader.at = end;
  }
  return undefined;
}

/** Reads the parts of a WebAssembly module, from its first section on. */
class Reader {
  at = 8;
  readonly #bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** An unsigned LEB128 number below 2³². */
  number(): number {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = this.#bytes[this.at++] ?? 0;
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  /** Passes one import; true when it is a memory, whose limits come next. */
  import(): boolean {
    for (let name = 0; name < 2; name++) {
      const length = this.number();
      this.at += length;
    }
    const kind = this.number();
    if (kind === KIND.memory) return true;
    if (kind === KIND.function) this.number();
    else this.at += kind === KIND.global ? 2 : 1;
    if (kind === KIND.table) this.limits();
    return false;
  }

  limits(): void {
    const flags = this.number();
    this.number();
    if (flags % 2 === 1) this.number();
  }
}
