import { mayBlock, nodeRequire, startThread } from '../backends/platform.js';
import { onnxMultiplier, productModels } from '../gemm/onnx-multiplier.js';
import {
  type Gemm,
  Scratch,
  type ThreadContext,
  type Threads,
  type WasmBackend,
} from '../kernels/kernel-context.js';
import { type Simd, simdBytesFor } from '../simd/module.js';
import { type Multiply, Tape } from './tape.js';
import { CONTROL, STATE, serveThread } from './thread-main.js';

/** Milliseconds to look for the other side before sleeping: being woken takes about as long. */
const SPIN = 0.1;

/** Room for the letters of an error. */
const LETTERS = 400;

/** Waiting for a thread that has ended would take for ever. */
const ENDED = 'the threads of this backend have ended: call useBackend again';

/** Makes the matrix products of one thread, whose calls of onnxruntime go to `multiply`. */
export type GemmMaker = (thread: Omit<ThreadContext, 'gemm'>, multiply: Multiply) => Gemm;

/** The threads that share the memory of one wasm backend. */
export class ThreadPool {
  readonly #backend: WasmBackend;
  readonly #simd: Simd;
  readonly #helpers: Helper[] = [];
  #ended = false;

  constructor(backend: WasmBackend, simd: Simd) {
    this.#backend = backend;
    this.#simd = simd;
  }

  /**
   * `count` threads: this one and `count` − 1 others, which are started if they are not there yet.
   *
   * @param own what this thread computes with.
   * @throws Error when a thread cannot start, or the backend is removed meanwhile.
   */
  async threads(count: number, own: ThreadContext, gemmOf: GemmMaker): Promise<Threads> {
    const missing = Math.max(0, count - 1 - this.#helpers.length);
    const starting = Array.from({ length: missing }, () => startHelper(this.#backend, this.#simd));
    const settled = await Promise.allSettled(starting);
    for (const each of settled) if (each.status === 'fulfilled') this.#helpers.push(each.value);
    for (const each of settled) if (each.status === 'rejected') throw each.reason;
    if (this.#ended) {
      this.end();
      throw new Error(ENDED);
    }
    const helpers = this.#helpers.slice(0, count - 1);
    const contexts = helpers.map((helper) => helper.context(gemmOf));
    return { count, run: (parts, work) => runParts(helpers.slice(0, parts - 1), contexts, own, work) };
  }

  /** Ends the other threads: the memory that they work on is freed. */
  end(): void {
    this.#ended = true;
    for (const helper of this.#helpers.splice(0)) helper.end();
  }
}

function runParts(
  helpers: readonly Helper[],
  contexts: readonly ThreadContext[],
  own: ThreadContext,
  work: (thread: ThreadContext, part: number) => void,
): void {
  try {
    helpers.forEach((helper, i) => {
      work(contexts[i]!, i + 1);
      helper.begin();
    });
    work(own, 0);
  } finally {
    for (const helper of helpers) helper.wait();
  }
  for (const helper of helpers) helper.check();
}

async function startHelper(backend: WasmBackend, simd: Simd): Promise<Helper> {
  const { memory } = backend.wasm.asm;
  // What returns something cannot be done later.
  const names = Object.entries(simd).flatMap(([name, value]) =>
    typeof value === 'function' && name !== 'gemmScratch' ? [name] : [],
  );
  const helper = new Helper(backend, simd, names);
  const main = nodeRequire() && mainOfOnnxruntime();
  const data = {
    bytes: simdBytesFor(memory),
    memory,
    names,
    tape: helper.tape.numbers,
    control: helper.control,
    places: CONTROL,
    states: STATE,
    spin: SPIN,
    onnx: main ? { main, models: productModels() } : undefined,
  };
  helper.stop = await startThread(serveThread, data, { onnxMultiplier });
  return helper;
}

/** The path of onnxruntime-node's main file; undefined where it is not installed. */
export function mainOfOnnxruntime(): string | undefined {
  try {
    return nodeRequire()?.resolve('onnxruntime-node');
  } catch {
    return undefined;
  }
}

/** One other thread, seen from this one. */
class Helper {
  readonly control: Int32Array = new Int32Array(new SharedArrayBuffer((CONTROL.error + LETTERS) * 4));
  readonly tape: Tape = new Tape(() => {
    this.begin();
    this.#join();
    this.check();
  });
  /** Ends the thread; set once it has started. */
  stop: () => void = () => {};
  #ended = false;
  readonly #scratch: Scratch;
  readonly #simd: Simd;
  readonly #multiply: Multiply;

  constructor(backend: WasmBackend, simd: Simd, names: readonly string[]) {
    this.#scratch = new Scratch(backend, true);
    this.#simd = this.tape.simd(simd, names);
    this.#multiply = this.tape.multiply(names);
  }

  /** What work for this thread computes with. */
  context(gemmOf: GemmMaker): ThreadContext {
    const thread = { simd: this.#simd, scratch: this.#scratch };
    return { ...thread, gemm: gemmOf(thread, this.#multiply) };
  }

  /** Ends the thread. */
  end(): void {
    this.#ended = true;
    this.stop();
  }

  /** Lets the thread do what is on the tape. */
  begin(): void {
    if (this.#ended) throw new Error(ENDED);
    this.control[CONTROL.length] = this.tape.length;
    this.tape.length = 0;
    Atomics.store(this.control, CONTROL.state, STATE.busy);
    Atomics.notify(this.control, CONTROL.state);
  }

  /** Waits until the thread has nothing to do. */
  wait(): void {
    this.#join();
    this.tape.length = 0;
    this.#scratch.settle();
  }

  /** @throws Error when the thread's last work failed. */
  check(): void {
    if (Atomics.load(this.control, CONTROL.state) !== STATE.failed) return;
    Atomics.store(this.control, CONTROL.state, STATE.idle);
    const letters = this.control.subarray(CONTROL.error, CONTROL.error + this.control[CONTROL.errorLength]!);
    throw new Error(`a thread failed: ${String.fromCharCode(...letters)}`);
  }

  #join(): void {
    const { control } = this;
    const until = performance.now() + SPIN;
    while (Atomics.load(control, CONTROL.state) === STATE.busy) {
      if (mayBlock() && performance.now() > until) Atomics.wait(control, CONTROL.state, STATE.busy);
    }
  }
}
