import { type Progress, progressLine, type TextStream } from './progress-line.js';

/** Where a command writes: results to standard output, everything else to standard error. */
export interface Output {
  result(line: string): void;
  note(line: string): void;
  progress(progress: Progress): void;
}

export interface Streams {
  stdout: TextStream;
  stderr: TextStream;
}

/** The output of a command line on the process's streams. */
export function createOutput(streams: Streams = process): Output {
  const { stdout, stderr } = streams;
  const line = progressLine(stderr);
  const write = (stream: TextStream, text: string) => {
    line.end();
    stream.write(`${printable(text)}\n`);
  };
  return {
    result: (text) => write(stdout, text),
    note: (text) => write(stderr, text),
    progress: (progress) => line.update({ ...progress, phase: printable(progress.phase) }),
  };
}

/** Control characters, as a file's name may hold them, would act on the terminal: they are written as \xNN. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the ones to find
  return text.replace(/[\x00-\x08\x0b-\x1f\x7f-\x9f]/g, (letter) => {
    return `\\x${letter.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}
