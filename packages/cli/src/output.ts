import { escapeControls } from '@cxr/image';
import { type Progress, progressLine, type TextStream } from './progress-line.js';

/** Where a command writes: results to standard output, everything else to standard error. */
export interface Output {
  /** A line for standard output. */
  result(line: string): void;
  /** A line for standard error. */
  note(line: string): void;
  /** Updates the progress line on standard error. */
  progress(progress: Progress): void;
}

/** The streams that an `Output` writes to. */
export interface Streams {
  stdout: TextStream;
  stderr: TextStream;
}

/**
 * The output of a command line. Control characters other than line ends and tabs are escaped.
 * @param streams @default the process's
 */
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
