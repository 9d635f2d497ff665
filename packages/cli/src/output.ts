import { escapeControls } from '@cxr/image';
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
    stream.write(`${escapeControls(text, '\n\t')}\n`);
  };
  return {
    result: (text) => write(stdout, text),
    note: (text) => write(stderr, text),
    progress: line.update,
  };
}
