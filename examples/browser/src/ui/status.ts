import { byId } from './dom.js';

/** Work that ends sooner needs no sign that it is going on. */
const PATIENCE_MS = 200;
/** A screen reader is not told more often than this. */
const SPEAK_MS = 3000;

/** The line of a part that says what is going on, what came of it, or what went wrong. */
export interface Status {
  /** Says something; with a share from 0 to 1 also as a bar. */
  say(text: string, share?: number): void;
  /** Shows an error as a sentence. */
  fail(error: unknown): void;
  /** Runs work with a busy sign if it takes long, one at a time; shows what it throws. @returns undefined if it failed. */
  during<T>(text: string, work: () => Promise<T> | T): Promise<T | undefined>;
}

/** The status line in the element of this id, which holds a `p` with the role status and a `progress`. */
export function statusOf(id: string): Status {
  const box = byId(id);
  const line = box.querySelector('p')!;
  const bar = box.querySelector('progress')!;
  let spoken = 0;
  let running = 0;
  // What a busy sign covers, while there is one: works overlap, and what one says must outlast the sign of another.
  let covered: string | undefined;

  const write = (text: string, share?: number): void => {
    box.classList.remove('failed');
    bar.hidden = share === undefined && running === 0;
    if (share === undefined) bar.removeAttribute('value');
    else bar.value = share;
    // Progress is written too often to be read out each time.
    const now = performance.now();
    line.ariaLive = share === undefined || now - spoken > SPEAK_MS ? 'polite' : 'off';
    if (line.ariaLive === 'polite') spoken = now;
    line.textContent = text;
    covered = undefined;
  };
  const showBusy = (text: string): void => {
    const before = covered ?? line.textContent ?? '';
    write(text);
    covered = before;
  };
  const hideBusy = (): void => {
    if (covered !== undefined) line.textContent = covered;
    covered = undefined;
  };
  const fail = (error: unknown): void => {
    write(sentence(error));
    box.classList.add('failed');
  };
  return {
    say: write,
    fail,
    async during(text, work) {
      running++;
      const timer = setTimeout(() => showBusy(text), PATIENCE_MS);
      try {
        return await work();
      } catch (error) {
        running--;
        fail(error);
        running++;
        return undefined;
      } finally {
        clearTimeout(timer);
        running--;
        if (running === 0) {
          bar.hidden = true;
          hideBusy();
        }
      }
    },
  };
}

/** An error as a person reads it. */
function sentence(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/out of memory|allocation failed|Array buffer allocation|Cannot enlarge memory/i.test(text))
    return `This browser has too little memory for that: try fewer or smaller images. (${text})`;
  return text;
}
