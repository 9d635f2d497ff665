import type { Transform } from '../transform.js';
import { chestXray } from './chest-xray.js';
import { paperClassic } from './paper-classic.js';
import { randAugment, trivialAugment } from './random-policies.js';

/** A preset: `size` is the height and width of the result, in pixels. */
type Preset = (options: { size?: number | undefined }) => Transform;

/** The presets of the command line, by name. */
export const PRESETS: Readonly<Record<string, Preset>> = {
  chestXray,
  paperClassic,
  trivialAugment,
  randAugment,
};
