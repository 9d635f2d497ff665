import { isDeepStrictEqual } from 'node:util';
import { type JsonLines, openJsonLines } from '@cxr/data/node';
import type { Checkpoint } from '../node/new-checkpoints.js';

/** What must be the same for the scores of two checkpoints to be comparable. */
export interface WatchSettings {
  /** Path of the real images. */
  real: string;
  dims: number;
  resize: string | null;
  /** Hash of the network's weights, or of the encoder with its preprocessing. */
  network: string | null;
  samples: number;
  seed: number;
  metrics: readonly string[];
}

/** A scored checkpoint: a line of the log. */
interface WatchLine {
  step: number;
  /** Hash of the checkpoint's manifest. */
  checkpoint: string;
  fid: number;
  settings: WatchSettings;
  [more: string]: unknown;
}

/** The log of scored checkpoints. */
export interface WatchLog {
  /** The lines of the same settings. */
  readonly lines: readonly WatchLine[];
  /** How many lines of other settings the file also has. */
  readonly others: number;
  isScored(checkpoint: Checkpoint): boolean;
  append(line: Omit<WatchLine, 'settings'> & { fid: number }): Promise<void>;
}

/** Opens the log to go on with it. Lines of other settings stay, and do not count. @throws CxrFileError naming the file. */
export async function openWatchLog(file: string, settings: WatchSettings): Promise<WatchLog> {
  const log: JsonLines<WatchLine> = await openJsonLines<WatchLine>(file);
  // As they come back from the file.
  const asked = JSON.parse(JSON.stringify(settings));
  const ours = (): WatchLine[] => log.lines.filter((line) => isDeepStrictEqual(line.settings, asked));
  return {
    get lines() {
      return ours();
    },
    others: log.lines.length - ours().length,
    isScored: ({ sha256 }) => ours().some(({ checkpoint }) => checkpoint === sha256),
    append: (line) => log.append({ ...line, settings: asked } as WatchLine),
  };
}
