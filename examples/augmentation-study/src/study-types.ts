import type { BackendName } from '@cxr/backend';
import type { Progress } from '@cxr/cli';
import type { InceptionEngine, InceptionWeights } from '@cxr/fid';
import type { StudyData } from './data/open-data.js';
import type { Scarcity, Subset } from './data/scarce-subset.js';
import type { FeatureStore } from './features.js';
import type { Generated } from './generators/generated.js';
import type { GivenGenerator } from './generators/given-generators.js';
import type { Options } from './options.js';
import type { Unit } from './plan.js';
import type { UnitStore } from './unit-store.js';

/** What a study reports while it goes on, and how to stop it. */
export interface StudyHooks {
  readonly onProgress: (progress: Progress) => void;
  readonly onMessage: (line: string) => void;
  /** Aborting it ends the study soon; the same command goes on from there. */
  readonly signal: AbortSignal;
  /** Inception weights; null: none. @default found or downloaded as `findWeights` of @cxr/fid does */
  readonly weights?: InceptionWeights | null | undefined;
}

/** The Inception network of a study, with all activations so far. */
export interface Inception {
  readonly engine: InceptionEngine;
  readonly weights: InceptionWeights;
  /** Length of its activations. */
  readonly dims: number;
  readonly features: FeatureStore;
}

/** A study after training, before its test split is opened. */
export interface TrainedStudy {
  readonly options: Options;
  readonly out: string;
  readonly data: StudyData;
  readonly backend: BackendName;
  readonly units: readonly Unit[];
  readonly store: UnitStore;
  /** Undefined without weights; `inceptionReason` then says why. */
  readonly inception: Inception | undefined;
  readonly inceptionReason: string | undefined;
  /** By class: the generators that were given, in place of training one. */
  readonly given: ReadonlyMap<number, GivenGenerator>;
  subsetOf(normals: Scarcity, subset: number): Subset;
  /** The images that the arms with fakes add in one subset, by class. */
  fakesOf(normals: Scarcity, subset: number): Promise<Fakes>;
}

/** Generated images of each class: none where a class is large enough. */
export type Fakes = readonly (Generated | undefined)[];
