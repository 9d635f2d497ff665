import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { readSafetensors, writeSafetensors } from '@cxr/data';
import { writeFileAtomic } from '@cxr/data/node';
import type { TrainedConvnet } from './classifiers/convnet.js';
import type { LogisticModel } from './classifiers/logistic-regression.js';
import { type Unit, unitName } from './plan.js';
import type { Metrics } from './statistics/classification.js';

/** What is kept of a training run, before the test split is opened. */
export interface UnitRecord extends Unit {
  /** Training images of each class, without and with what the arm adds. */
  readonly trained: readonly number[];
  readonly added: readonly number[];
  /** Where the positive class begins; chosen on the validation images. */
  readonly threshold: number;
  readonly validation: Metrics;
  /** Of a network: the step whose weights were kept. Of a probe: its penalty. */
  readonly chosen: number;
  readonly curve: readonly Readonly<Record<string, number>>[];
  readonly seconds: number;
}

/** A network's weights, or a probe's numbers. */
export type UnitModel =
  | { readonly kind: 'convnet'; readonly weights: TrainedConvnet['weights'] }
  | { readonly kind: 'probe'; readonly model: LogisticModel };

/** Keeps training runs in a folder, each in files of its own: a run is there as a whole or not at all. */
export class UnitStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  has(unit: Unit): boolean {
    return existsSync(this.#file(unit, 'json'));
  }

  async record(unit: Unit): Promise<UnitRecord> {
    return JSON.parse(await readFile(this.#file(unit, 'json'), 'utf8')) as UnitRecord;
  }

  async model(unit: Unit): Promise<UnitModel> {
    if (existsSync(this.#file(unit, 'probe.json'))) {
      const { classes, center, scale, parameters } = JSON.parse(
        await readFile(this.#file(unit, 'probe.json'), 'utf8'),
      ) as Record<'center' | 'scale' | 'parameters', number[]> & { classes: number };
      const numbers = (values: number[]) => Float64Array.from(values);
      return {
        kind: 'probe',
        model: { classes, center: numbers(center), scale: numbers(scale), parameters: numbers(parameters) },
      };
    }
    const tensors = readSafetensors(await readFile(this.#file(unit, 'safetensors')));
    return {
      kind: 'convnet',
      weights: [...tensors].sort(([a], [b]) => Number(a) - Number(b)).map(([, one]) => one),
    };
  }

  /** The record is written last: where it is, the model is. */
  async save(record: UnitRecord, model: UnitModel): Promise<void> {
    if (model.kind === 'probe') {
      const { classes, center, scale, parameters } = model.model;
      const plain = { classes, center: [...center], scale: [...scale], parameters: [...parameters] };
      await writeFileAtomic(this.#file(record, 'probe.json'), JSON.stringify(plain));
    } else {
      const tensors = new Map(model.weights.map((one, i) => [String(i), one]));
      await writeFileAtomic(this.#file(record, 'safetensors'), writeSafetensors(tensors));
    }
    await writeFileAtomic(this.#file(record, 'json'), `${JSON.stringify(record)}\n`);
  }

  #file(unit: Unit, ending: string): string {
    return join(this.#folder, `${unitName(unit)}.${ending}`);
  }
}
