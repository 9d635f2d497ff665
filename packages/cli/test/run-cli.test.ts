import {
  type CliContext,
  type Command,
  checkUsage,
  choiceFlag,
  listFlag,
  numberFlag,
  runCli,
  UsageError,
  wholeNumberFlag,
} from '@cxr/cli';
import { CxrFileError, UnavailableError } from '@cxr/image';
import { describe, expect, it, vi } from 'vitest';

async function run(define: (program: Command, context: CliContext) => void, ...args: string[]) {
  const [out, err]: [string[], string[]] = [[], []];
  const output = {
    result: (line: string) => out.push(line),
    note: (line: string) => err.push(line),
    progress() {},
  };
  const status = await runCli(args, { name: 'tool', version: '1.2.3', define, output });
  return { status, out: out.join('\n'), err: err.join('\n') };
}

const throwing = (error: unknown) => (program: Command) => {
  program.action(() => {
    throw error;
  });
};

describe('runCli', () => {
  it('gives status 0, or 1 where the action says so', async () => {
    expect(await run((program) => program.action(() => {}))).toEqual({ status: 0, out: '', err: '' });
    expect((await run((program, { fail }) => program.action(fail))).status).toBe(1);
  });

  it('reports what is the user’s in one line, and everything else with its stack', async () => {
    vi.stubEnv('DEBUG', undefined);
    const usage = await run(throwing(new UsageError('no')));
    expect(usage).toEqual({ status: 2, out: '', err: 'tool: no' });
    const file = await run(throwing(new CxrFileError('empty', 'holds nothing', { file: 'a.png' })));
    expect(file).toEqual({ status: 2, out: '', err: 'tool: a.png: holds nothing' });
    const full = await run(throwing(new CxrFileError('unwritable', 'disk full', { file: 'a.png' })));
    expect(full).toEqual({ status: 1, out: '', err: 'tool: a.png: disk full' });
    const missing = await run(throwing(new UnavailableError('backend webgpu: webgpu is not installed')));
    expect(missing).toEqual({ status: 2, out: '', err: 'tool: backend webgpu: webgpu is not installed' });
    for (const error of [new RangeError('ours'), new TypeError('ours'), new Error('ours')]) {
      const fault = await run(throwing(error));
      expect(fault.status).toBe(1);
      expect(fault.err).toMatch(/^tool: \w*Error: ours\n +at /);
    }
    vi.stubEnv('DEBUG', '1');
    expect((await run(throwing(new UsageError('no')))).err).toMatch(/UsageError: no\n +at /);
    vi.unstubAllEnvs();
  });

  it('takes an error about the user’s settings as wrong usage, and lets others pass', () => {
    const fail = (error: Error) => () => {
      throw error;
    };
    expect(checkUsage(() => 5)).toBe(5);
    expect(() => checkUsage(fail(new RangeError('size 7')))).toThrow(new UsageError('size 7'));
    const cause = new TypeError('size 7');
    expect(() => checkUsage(fail(cause))).toThrow(expect.objectContaining({ name: 'UsageError', cause }));
    expect(() => checkUsage(fail(new Error('other')))).not.toThrow(UsageError);
  });

  it('prints help and version on standard output with status 0', async () => {
    expect(await run(() => {}, '--version')).toEqual({ status: 0, out: '1.2.3', err: '' });
    const help = await run((program) => program.description('does things'), '-h');
    expect(help).toMatchObject({ status: 0, err: '' });
    expect(help.out).toContain('does things');
  });

  it.each([
    [['--stps', '1'], "unknown option '--stps' (Did you mean --steps?)"],
    [
      ['--steps', '1.5'],
      "option '--steps <n>' argument '1.5' is invalid. It takes a whole number of at least 1.",
    ],
    [['--steps', '0'], 'It takes a whole number of at least 1.'],
    [['--steps', '1e3'], 'It takes a whole number of at least 1.'],
    [['--steps', ''], 'It takes a whole number of at least 1.'],
    [['--ema', '1.5'], 'It takes a number from 0 to 1.'],
    [['--ema', '-0.1'], 'It takes a number from 0 to 1.'],
    [['--ema', 'x'], 'It takes a number from 0 to 1.'],
    [['--ema', ''], 'It takes a number from 0 to 1.'],
    [['--ema', ' '], 'It takes a number from 0 to 1.'],
    [['--ema', 'Infinity'], 'It takes a number from 0 to 1.'],
    [['--delta', 'Infinity'], 'It takes a number.'],
    [['--delta', ''], 'It takes a number.'],
    [['--dims', '65'], 'It takes 64, 192.'],
    [['--kinds', 'a,c'], 'It takes some of a, b, separated by commas.'],
    [['more'], 'too many arguments. Expected 0 arguments but got 1'],
  ])('refuses %s in one line', async (args, message) => {
    const result = await run(
      (program) => {
        program
          .addOption(wholeNumberFlag('--steps <n>', '', { min: 1 }))
          .addOption(numberFlag('--ema <x>', '', { min: 0, max: 1 }))
          .addOption(numberFlag('--delta <x>', ''))
          .addOption(choiceFlag('--dims <n>', '', [64, 192]))
          .addOption(listFlag('--kinds <list>', '', ['a', 'b']))
          .action(() => {});
      },
      ...args,
    );
    expect(result).toMatchObject({ status: 2, out: '' });
    expect(result.err).toContain(message);
    expect(result.err.split('\n')).toHaveLength(1);
  });

  it.each([
    ['old', 'new'],
    ['new', 'new'],
  ])('takes the earlier word for a choice: %s', async (word, expected) => {
    const got: unknown[] = [];
    const define = (program: Command) => {
      program.addOption(choiceFlag('--kind <name>', '', ['new'], { old: 'new' }));
      program.action((options: { kind: string }) => void got.push(options.kind));
    };
    expect((await run(define, '--kind', word)).status).toBe(0);
    expect(got).toEqual([expected]);
    const help = await run(define, '--help');
    expect(help.out + help.err).not.toContain('old');
    expect((await run(define, '--kind', 'constructor')).status).toBe(2);
  });

  it('hands over numbers, choices of their own type and lists', async () => {
    let got: unknown;
    const { status } = await run(
      (program) => {
        program
          .addOption(wholeNumberFlag('--low <n>', '', { min: -5 }))
          .addOption(numberFlag('--ema <x>', ''))
          .addOption(choiceFlag('--dims <n>', '', [64, 192]))
          .addOption(listFlag('--kinds <list>', '', ['a', 'b']))
          .action((options: unknown) => {
            got = options;
          });
      },
      '--low',
      '-5',
      '--ema',
      '-1e-3',
      '--dims',
      '64',
      '--kinds',
      'b, a,b',
    );
    expect(status).toBe(0);
    expect(got).toEqual({ low: -5, ema: -0.001, dims: 64, kinds: ['b', 'a'] });
  });

  it.each([
    ['--steps', '1', { steps: 1 }],
    ['--steps', '9', { steps: 9 }],
    ['--ema', '0', { ema: 0 }],
    ['--ema', '1', { ema: 1 }],
  ])('takes both bounds: %s %s', async (flag, text, expected) => {
    let got: unknown;
    await run(
      (program) => {
        program
          .addOption(wholeNumberFlag('--steps <n>', '', { min: 1, max: 9 }))
          .addOption(numberFlag('--ema <x>', '', { min: 0, max: 1 }))
          .action((options: unknown) => {
            got = options;
          });
      },
      flag,
      text,
    );
    expect(got).toEqual(expected);
  });

  it.each([
    ['SIGINT', 'SIGINT', 130],
    ['SIGINT', 'SIGTERM', 143],
    ['SIGTERM', 'SIGTERM', 143],
  ] as const)('ends the process at once at a second signal: %s, %s', async (first, second, status) => {
    const exit = vi.spyOn(process, 'exit').mockImplementation(() => undefined as never);
    const calls: unknown[] = [];
    await run((program) => {
      program.action(() => {
        for (const signal of [first, second]) {
          process.emit(signal, signal);
          calls.push([...exit.mock.calls]);
        }
      });
    });
    exit.mockRestore();
    expect(calls).toEqual([[], [[status]]]);
    for (const signal of ['SIGINT', 'SIGTERM']) expect(process.listenerCount(signal)).toBe(0);
  });

  it('aborts its signal at Ctrl-C, and ends with 130', async () => {
    const result = await run((program, { signal }) => {
      program.action(async () => {
        const aborted = new Promise((resolve) => signal.addEventListener('abort', resolve));
        process.emit('SIGINT', 'SIGINT');
        await aborted;
      });
    });
    expect(result).toEqual({ status: 130, out: '', err: 'interrupted (once more: at once)' });
    expect(process.listenerCount('SIGINT')).toBe(0);
  });

  it('says what else goes wrong after Ctrl-C, and keeps its status', async () => {
    const interrupted = (fault: (signal: AbortSignal) => unknown) =>
      run((program, { signal }) => {
        program.action(() => {
          process.emit('SIGINT', 'SIGINT');
          throw fault(signal);
        });
      });
    const note = 'interrupted (once more: at once)';
    const aborts: ((signal: AbortSignal) => unknown)[] = [
      ({ reason }) => reason,
      ({ reason }) => new Error('stopped', { cause: reason }),
      () => new DOMException('aborted', 'AbortError'),
    ];
    for (const fault of aborts) expect(await interrupted(fault)).toEqual({ status: 130, out: '', err: note });
    const full = () => new CxrFileError('unwritable', 'disk full', { file: 'step-5' });
    expect(await interrupted(full)).toEqual({
      status: 130,
      out: '',
      err: `${note}\ntool: step-5: disk full`,
    });
  });
});
