import type { OnnxStart, onnxMultiplier } from '../gemm/onnx-multiplier.js';
import type { Simd } from '../simd/module.js';

/** The places of what a thread and its owner tell each other, in `control`; an error's letters come after them. */
export const CONTROL = { state: 0, length: 1, errorLength: 2, error: 3 } as const;

/** The states of a thread: nothing to do, a tape to do, and a tape that ended with an error. */
export const STATE = { idle: 0, busy: 1, failed: 2 } as const;

/** What a thread gets when it starts. */
export interface ThreadData {
  /** The SIMD module, for shared memory. */
  bytes: Uint8Array<ArrayBuffer>;
  /** The memory of the tensors. */
  memory: WebAssembly.Memory;
  /** The functions of the module that a tape may call, in the order of their numbers. */
  names: readonly string[];
  /** The tape's numbers. */
  tape: Float64Array;
  /** See `CONTROL`. */
  control: Int32Array;
  /** The same as `CONTROL` and `STATE`, and how long to look for work before sleeping, in milliseconds. */
  places: typeof CONTROL;
  states: typeof STATE;
  spin: number;
  /** How the thread starts onnxruntime when a tape asks for it; undefined in browsers. */
  onnx?: OnnxStart | undefined;
}

/** What `serveThread` is given besides: functions whose text it is started with. */
export interface ThreadHelpers {
  onnxMultiplier: typeof onnxMultiplier;
}

/**
 * Waits for tapes and does what they say, until its thread is ended. A thread is started with the text of this function: it can
 * use nothing outside itself except types.
 */
export async function serveThread(
  { bytes, memory, names, tape, control, places, states, spin, onnx }: ThreadData,
  ready: () => void,
  { onnxMultiplier }: ThreadHelpers,
): Promise<void> {
  const { instance } = await WebAssembly.instantiate(bytes, { env: { memory } });
  const simd = instance.exports as unknown as Simd & Record<string, (...args: number[]) => void>;
  const functions = names.map((name) => simd[name]!);
  let multiply: ((...args: number[]) => void) | undefined;

  function play(length: number): void {
    for (let at = 0; at < length; ) {
      const place = tape[at]!;
      const end = at + 2 + tape[at + 1]!;
      const args = tape.subarray(at + 2, end);
      if (place < functions.length) {
        functions[place]!(...args);
      } else {
        multiply ??= onnxMultiplier(onnx!, 1, memory) as unknown as typeof multiply;
        multiply!(...args);
      }
      at = end;
    }
  }

  function fail(error: unknown): void {
    const text = String(error instanceof Error ? error.message : error);
    const letters = Array.from(text.slice(0, control.length - places.error), (letter) =>
      letter.charCodeAt(0),
    );
    control.set(letters, places.error);
    control[places.errorLength] = letters.length;
  }

  ready();
  for (;;) {
    // Work comes every few microseconds or not at all for long: looking for it a little is quicker than to be woken.
    const until = performance.now() + spin;
    while (Atomics.load(control, places.state) !== states.busy) {
      if (performance.now() < until) continue;
      const state = Atomics.load(control, places.state);
      if (state !== states.busy) Atomics.wait(control, places.state, state);
    }
    let after: number = states.idle;
    try {
      play(control[places.length]!);
    } catch (error) {
      after = states.failed;
      fail(error);
    }
    Atomics.store(control, places.state, after);
    Atomics.notify(control, places.state);
  }
}
