import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { snippetsOf } from './readme.js';

const root = fileURLToPath(new URL('../..', import.meta.url));

/** A file of Markdown, by its path from the root of the repository. */
export interface Markdown {
  path: string;
  text: string;
}

export function readMarkdown(path: string): Markdown {
  return { path, text: readFileSync(join(root, path), 'utf8') };
}

/** The guides, by their names. */
export function guides(): Markdown[] {
  const files = readdirSync(join(root, 'docs/guides')).filter((file) => file.endsWith('.md'));
  return files.sort().map((file) => readMarkdown(`docs/guides/${file}`));
}

/** The programs of a file in TypeScript or JavaScript. */
export function programs({ text }: Markdown): string[] {
  return ['ts', 'js'].flatMap((language) => snippetsOf(text, language));
}

/** The code in sentences. */
export function inlineCode({ text }: Markdown): string[] {
  const sentences = text.replace(/^```.*?^```/gms, '');
  return [...sentences.matchAll(/`([^`]+)`/g)].map(([, code]) => code!.replace(/\s+/g, ' '));
}

/** A command line of a cxr program. */
export interface CommandLine {
  program: string;
  args: string[];
  /** Whether it stands in a sentence, where it may leave out what it needs to run. */
  inline: boolean;
}

const PROGRAM = /^(?:\w+=\S* )*(?:npx |npm run (?:--silent |-s )?)?(cxr-\w+)(?: --(?= ))?(?: (.*))?$/s;

/** The command lines of cxr programs, in blocks and in sentences. Those with `…` or `[` are patterns, not commands. */
export function commandLines(file: Markdown): CommandLine[] {
  const blocks = ['', 'sh', 'bash'].flatMap((language) => snippetsOf(file.text, language));
  const lines = blocks.flatMap((code) => code.replaceAll('\\\n', ' ').split('\n'));
  return [
    ...lines.flatMap((line) => parse(line.replace(/(^|\s)#.*/, ''), false)),
    ...inlineCode(file).flatMap((code) => parse(code, true)),
  ];
}

function parse(line: string, inline: boolean): CommandLine[] {
  const command = line.trim().replace(/^docker run .* (?=cxr-\w+ )/, '');
  const [, program, rest = ''] = PROGRAM.exec(command) ?? [];
  if (program === undefined || /[…[]/.test(rest)) return [];
  const args = rest.match(/'[^']*'|"[^"]*"|\S+/g) ?? [];
  return [{ program, args: args.map((arg) => arg.replace(/^(['"])(.*)\1$/, '$2')), inline }];
}

/** What `npm install` lines of a file name. */
export function installed(file: Markdown): string[] {
  const lines = file.text.match(/npm install [^\n`]*/g) ?? [];
  return lines.flatMap((line) =>
    line
      .replace(/#.*/, '')
      .split(/\s+/)
      .slice(2)
      .filter((word) => word !== '' && !word.startsWith('-'))
      .map((name) => name.replace(/(?<=.)@.*/, '')),
  );
}
