import { availableParallelism } from 'node:os';
import { type CliContext, type Command, checkUsage, choiceFlag, Option } from '@cxr/cli';
import { readWholeFile } from '@cxr/data/node';
import { CxrFileError } from '@cxr/image';
import type { InceptionEngine } from '../engines/engine.js';
import { loadOnnxruntime } from '../engines/load-onnxruntime.js';
import { createOnnxEngine, POOLS } from '../engines/onnx-engine.js';
import {
  PREPROCESSINGS,
  type Preprocessing,
  type PreprocessingName,
  resolvePreprocessing,
} from '../engines/preprocessing.js';

/** Flags of an encoder in place of the Inception. */
export interface EncoderFlags {
  encoder?: string;
  preprocess?: string;
  encoderOutput?: string;
  pool?: (typeof POOLS)[number];
  threads?: number;
}

/** The largest model that ONNX can hold in one file. */
const MAX_MODEL_BYTES = 2 ** 31;
const MAX_JSON_BYTES = 2 ** 20;

/** Adds the flags of an encoder; those of the Inception exclude it. */
export function addEncoderFlags(command: Command): Command {
  const names = Object.keys(PREPROCESSINGS).join(', ');
  return command
    .optionsGroup('Another network in place of the Inception:')
    .addOption(
      new Option('--encoder <model.onnx>', 'an image encoder, run by onnxruntime-node').conflicts([
        'weights',
        'dims',
        'resize',
        'engine',
        'device',
      ]),
    )
    .option('--preprocess <name>', `how images become its input: ${names}, or a FILE.json`)
    .option('--encoder-output <name>', 'its output that holds the activations (default: the first)')
    .addOption(choiceFlag('--pool <name>', 'what is taken of an output of tokens (default: first)', POOLS));
}

/** The encoder that the flags ask for; undefined for the Inception. The caller disposes it. */
export async function openEncoder(
  { encoder: file, preprocess, encoderOutput: output, pool, threads = availableParallelism() }: EncoderFlags,
  { signal }: CliContext,
): Promise<InceptionEngine | undefined> {
  checkUsage(() => {
    if (file !== undefined && preprocess === undefined) throw new RangeError('--encoder needs --preprocess');
    const alone = Object.entries({ '--preprocess': preprocess, '--encoder-output': output, '--pool': pool });
    const lost = alone.find(([, value]) => value !== undefined && file === undefined);
    if (lost) throw new RangeError(`${lost[0]} is for --encoder`);
  });
  if (file === undefined) return undefined;
  const how = await readPreprocessing(preprocess!);
  const bytes = await readWholeFile(file, MAX_MODEL_BYTES);
  signal.throwIfAborted();
  const runtime = await loadOnnxruntime();
  const session = { intraOpNumThreads: threads, interOpNumThreads: 1, executionMode: 'sequential' };
  const options = { runtime, preprocess: how, output, pool, file, session };
  try {
    return await createOnnxEngine(bytes, options);
  } catch (cause) {
    if (cause instanceof TypeError) throw cause;
    // What onnxruntime says of a damaged model is no error of a known type.
    throw new CxrFileError('unsupported', (cause as Error).message, { file, cause });
  }
}

/** A name as it is, a file as the object in it. */
async function readPreprocessing(nameOrFile: string): Promise<PreprocessingName | Preprocessing> {
  if (!nameOrFile.endsWith('.json')) {
    checkUsage(() => resolvePreprocessing(nameOrFile as PreprocessingName));
    return nameOrFile as PreprocessingName;
  }
  const bytes = await readWholeFile(nameOrFile, MAX_JSON_BYTES);
  try {
    return resolvePreprocessing(JSON.parse(new TextDecoder().decode(bytes)));
  } catch (cause) {
    const reason = cause instanceof SyntaxError ? 'not JSON' : (cause as Error).message;
    throw new CxrFileError('corrupt', reason, { file: nameOrFile, cause });
  }
}
