import { readFile } from 'node:fs/promises';
import { type ParseArgsConfig, parseArgs } from 'node:util';
import { CONFIG_KEYS, PRESETS, type TrainConfig } from '../config.js';

/** Flags as `node:util` describes them. */
export type FlagSpecs = NonNullable<ParseArgsConfig['options']>;
/** What was given, by name. */
export type Flags = Record<string, string | boolean | string[] | undefined>;

/** Reads a command's flags; there is nothing but flags. @throws TypeError for an unknown or incomplete one. */
export function parseFlags(args: readonly string[], options: FlagSpecs): Flags {
  return parseArgs({ args: [...args], options, strict: true, allowPositionals: false }).values as Flags;
}

/** A flag for each setting of `TrainConfig`: learningRateG is --learning-rate-g. */
export const CONFIG_FLAGS: FlagSpecs = Object.fromEntries(
  CONFIG_KEYS.map((key) => [flagOf(key), { type: 'string' as const }]),
);

/** The settings among the flags, each as the type that its default has. @throws RangeError for what is not a number. */
export function configFromFlags(flags: Flags): Partial<TrainConfig> {
  const config: Record<string, unknown> = {};
  for (const key of CONFIG_KEYS) {
    const value = flags[flagOf(key)];
    if (typeof value !== 'string') continue;
    const standard = PRESETS.dcgan[key];
    if (typeof standard === 'number') config[key] = numberOf(flags, flagOf(key));
    else if (typeof standard === 'boolean') config[key] = booleanOf(flagOf(key), value);
    else if (Array.isArray(standard)) config[key] = value.split(',').filter((part) => part !== '');
    else config[key] = value;
  }
  return config;
}

/** A number flag, or what it is where not given. @throws RangeError naming flag and value. */
export function numberOf(flags: Flags, name: string): number | undefined;
export function numberOf(flags: Flags, name: string, otherwise: number): number;
export function numberOf(flags: Flags, name: string, otherwise?: number): number | undefined {
  const value = flags[name];
  if (value === undefined) return otherwise;
  const number = Number(value);
  if (value === '' || Number.isNaN(number)) throw new RangeError(`invalid --${name}: ${value} (a number)`);
  return number;
}

/** A text flag. */
export function textOf(flags: Flags, name: string): string | undefined {
  const value = flags[name];
  return typeof value === 'string' ? value : undefined;
}

/** A text flag that must be there. @throws TypeError naming it. */
export function requiredText(flags: Flags, name: string): string {
  const value = textOf(flags, name);
  if (value === undefined) throw new TypeError(`--${name} is missing`);
  return value;
}

/** Reads a JSON object. @throws RangeError where it is none. */
export async function readJson(file: string): Promise<Record<string, unknown>> {
  let value: unknown;
  try {
    value = JSON.parse(await readFile(file, 'utf8'));
  } catch (error) {
    throw new RangeError(`cannot read --config ${file}: ${(error as Error).message}`);
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new RangeError(`--config ${file}: not a JSON object`);
  }
  return value as Record<string, unknown>;
}

function booleanOf(name: string, value: string): boolean {
  if (value === 'true' || value === 'false') return value === 'true';
  throw new RangeError(`invalid --${name}: ${value} (true or false)`);
}

function flagOf(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
