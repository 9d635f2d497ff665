import { CxrFileError, UnavailableError } from '@cxr/image';
import { Command, CommanderError } from 'commander';
import { createOutput, type Output } from './output.js';
import { UsageError } from './usage-error.js';

/** What the action of a command gets. */
export interface CliContext {
  readonly output: Output;
  /** Aborted by the first Ctrl-C or SIGTERM; the second ends the process at once. */
  readonly signal: AbortSignal;
  /** Makes the exit status 1, for work that ended but failed. */
  fail(): void;
}

/** Options of `runCli`. */
export interface RunCliOptions {
  /** The command's name; its error messages begin with it. */
  name: string;
  /** Printed by `--version`. */
  version: string;
  /** Adds arguments, flags, actions and subcommands. */
  define(program: Command, context: CliContext): void;
  /** @default the process's streams */
  output?: Output | undefined;
  /** Printed at the first Ctrl-C. @default 'interrupted (once more: at once)' */
  interruptNote?: string | undefined;
}

/** Exit status after each signal: 128 + its number. */
const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const;

/**
 * Runs a command line. Exit status: 0; 1 for a failed computation, or output that cannot be written; 2 for wrong usage or
 * unreadable input, or what is asked for by name and not available here; 130 and 143 after an interruption. A UsageError, CxrFileError or
 * UnavailableError is reported in one line. Any other error is a
 * fault of the program and is printed with its stack; with the environment variable DEBUG every error is.
 * @returns the exit status.
 */
export async function runCli(args: readonly string[], options: RunCliOptions): Promise<number> {
  const { name, output = createOutput(), interruptNote = 'interrupted (once more: at once)' } = options;
  const abort = new AbortController();
  let status = 0;
  let interrupted: number | undefined;
  const interrupt = (signal: keyof typeof INTERRUPTED): void => {
    if (interrupted !== undefined) process.exit(INTERRUPTED[signal]);
    interrupted = INTERRUPTED[signal];
    output.note(interruptNote);
    abort.abort(new Error('interrupted'));
  };
  const context: CliContext = {
    output,
    signal: abort.signal,
    fail: () => {
      status = 1;
    },
  };
  process.on('SIGINT', interrupt).on('SIGTERM', interrupt);
  try {
    await createProgram(options, context, output).parseAsync([...args], { from: 'user' });
    return interrupted ?? status;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    // What else goes wrong after an interruption is said: a last checkpoint that was not saved, for one.
    if (interrupted === undefined || !isAbort(error, abort.signal.reason))
      output.note(`${name}: ${errorText(error)}`);
    return interrupted ?? statusOf(error);
  } finally {
    process.off('SIGINT', interrupt).off('SIGTERM', interrupt);
  }
}

function createProgram(options: RunCliOptions, context: CliContext, output: Output): Command {
  const { name, version, define } = options;
  const write = (line: (text: string) => void) => (text: string) => line(text.replace(/\n$/, ''));
  const program = new Command(name)
    .version(version)
    .exitOverride()
    .configureOutput({
      writeOut: write(output.result),
      writeErr: write(output.note),
      outputError: (text) =>
        output.note(
          `${name}: ${text
            .replace(/^error: /, '')
            .trim()
            .replace('\n', ' ')} (--help shows the usage)`,
        ),
    });
  define(program, context);
  return program;
}

/** Whether an error only says that the work was aborted. */
function isAbort(error: unknown, reason: unknown): boolean {
  if (error === reason) return true;
  if (!(error instanceof Error)) return false;
  return error.name === 'AbortError' || isAbort(error.cause, reason);
}

function errorText(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const expected = [UsageError, CxrFileError, UnavailableError].some((type) => error instanceof type);
  return expected && process.env.DEBUG === undefined ? error.message : (error.stack ?? error.message);
}

function statusOf(error: unknown): number {
  if (error instanceof UsageError || error instanceof UnavailableError) return 2;
  // A file that cannot be written, say on a full disk, is not wrong usage.
  return error instanceof CxrFileError && error.code !== 'unwritable' ? 2 : 1;
}
