import { type ChildProcess, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A child process that does one piece of work for each line it is sent, and answers with a line. */
export class Contestant {
  /** What it said of itself on its first line. */
  readonly title: Promise<string>;
  readonly #child: ChildProcess;
  readonly #lines: AsyncIterator<string>;

  constructor(command: string, args: readonly string[]) {
    this.#child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
    this.#lines = createInterface({ input: this.#child.stdout! })[Symbol.asyncIterator]();
    this.title = this.#answer();
  }

  /** Seconds that one more piece of work took. */
  async work(): Promise<number> {
    this.#child.stdin!.write('\n');
    return Number(await this.#answer());
  }

  /** Ends it; gives its peak memory in MiB. */
  async end(): Promise<number> {
    this.#child.stdin!.end();
    return Number(await this.#answer());
  }

  async #answer(): Promise<string> {
    const { value, done } = await this.#lines.next();
    if (done) throw new Error(`${this.#child.spawnargs.slice(0, 2).join(' ')} ended early`);
    return value;
  }
}
