import { InvalidArgumentError, Option } from 'commander';

/** Bounds of a number flag, both included. */
export interface Bounds {
  /** @default 0 for whole numbers, else none */
  min?: number | undefined;
  /** @default none */
  max?: number | undefined;
}

/** A flag that takes a whole number, such as `--steps <n>`. Anything else is wrong usage. */
export function wholeNumberFlag(flags: string, description: string, bounds: Bounds = {}): Option {
  const { min = 0, max = Number.MAX_SAFE_INTEGER } = bounds;
  return new Option(flags, description).argParser((text) => {
    const value = Number(text);
    if (!/^[+-]?\d+$/.test(text.trim()) || !Number.isSafeInteger(value) || value < min || value > max) {
      throw new InvalidArgumentError(`It takes a whole number ${boundsText(min, bounds.max)}.`);
    }
    return value;
  });
}

/** A flag that takes a number, such as `--ema <x>`. */
export function numberFlag(flags: string, description: string, bounds: Bounds = {}): Option {
  const { min = Number.NEGATIVE_INFINITY, max = Number.POSITIVE_INFINITY } = bounds;
  return new Option(flags, description).argParser((text) => {
    const value = Number(text);
    if (text.trim() === '' || !Number.isFinite(value) || value < min || value > max) {
      throw new InvalidArgumentError(
        `It takes a number${bounds.min === undefined ? '' : ` ${boundsText(min, bounds.max)}`}.`,
      );
    }
    return value;
  });
}

/**
 * A flag that takes one of some words or numbers; the help lists them.
 *
 * @param oldNames words of earlier versions that are still accepted, and the choices that they mean. @default none
 */
export function choiceFlag(
  flags: string,
  description: string,
  choices: readonly (string | number)[],
  oldNames: Readonly<Record<string, string>> = {},
): Option {
  const numbers = new Map(choices.map((choice) => [String(choice), choice]));
  // commander's `choices` alone would return numbers as text.
  return new Option(flags, description).choices([...numbers.keys()]).argParser((text) => {
    if (numbers.has(text)) return numbers.get(text);
    if (Object.hasOwn(oldNames, text)) return oldNames[text];
    throw new InvalidArgumentError(`It takes ${choices.join(', ')}.`);
  });
}

/** A flag that takes one or more words of a list, separated by commas. A word that is there twice counts once. */
export function listFlag(flags: string, description: string, choices: readonly string[]): Option {
  return new Option(flags, `${description} (of ${choices.join(', ')})`).argParser((text) => {
    const words = text.split(',').map((part) => part.trim());
    if (words.every((word) => choices.includes(word))) return [...new Set(words)];
    throw new InvalidArgumentError(`It takes some of ${choices.join(', ')}, separated by commas.`);
  });
}

/** `--bits`, for the commands that read images. */
export function bitsFlag(): Option {
  return wholeNumberFlag('--bits <n>', 'bits that 16-bit PNG and TIFF really use, such as 12 (default: 16)', {
    min: 1,
    max: 16,
  });
}

/** Values shown from black to white, as `--window` gives them: the option `window` of what reads images. */
export type WindowChoice = 'file' | 'all' | { centre: number; width: number };

/** `--window 40,400`, for the commands that read images. */
export function windowFlag(): Option {
  return new Option(
    '--window <centre,width>',
    'values shown of DICOM, and of TIFF that has no shades (signed, float, 32 bits), such as 40,400; all; or file, as the file says (default: file)',
  ).argParser((text): WindowChoice => {
    if (text === 'all' || text === 'file') return text;
    const parts = text.split(',');
    const [centre = Number.NaN, width = Number.NaN] = parts.map((part) =>
      part.trim() === '' ? Number.NaN : Number(part),
    );
    if (parts.length === 2 && Number.isFinite(centre) && Number.isFinite(width) && width > 0)
      return { centre, width };
    throw new InvalidArgumentError('It takes a centre and a width above 0, such as 40,400, or all, or file.');
  });
}

/** `--backend`, for the commands that use TensorFlow.js: one of these, or `auto`, the default. @param oldNames as in `choiceFlag` */
export function backendFlag(
  names: readonly string[],
  oldNames: Readonly<Record<string, string>> = {},
): Option {
  return choiceFlag('--backend <name>', 'TensorFlow.js backend', ['auto', ...names], oldNames).default(
    'auto',
  );
}

/** `--threads`. @param what they are of */
export function threadsFlag(what: string): Option {
  return wholeNumberFlag('--threads <n>', `threads of ${what} (default: one a core)`, { min: 1 });
}

/** `--shard 1/4`, the part of a list that one of several jobs does: index from 0 on, and how many. */
export function shardFlag(unit: string): Option {
  return new Option(
    '--shard <i/n>',
    `only every n-th ${unit}, from the i-th on: 0/4 to 3/4 for four jobs`,
  ).argParser((text): [index: number, count: number] => {
    const [index = Number.NaN, count = Number.NaN] = /^(\d+)\/(\d+)$/.exec(text)?.slice(1).map(Number) ?? [];
    if (index < count && Number.isSafeInteger(count)) return [index, count];
    throw new InvalidArgumentError('It takes a part of a whole, such as 0/4, 1/4, 2/4 or 3/4.');
  });
}

function boundsText(min: number, max: number | undefined): string {
  return max === undefined ? `of at least ${min}` : `from ${min} to ${max}`;
}
