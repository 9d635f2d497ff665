import type { Rng } from '@cxr/image';
import type { Box, Point } from './boxes.js';
import { checkImage, withoutChecks } from './check-image.js';
import type { Size } from './image.js';
import type { Json } from './json.js';
import { recycle } from './memory.js';
import type { Transform } from './transform.js';

/** What one of several transforms drew; its params are null if it is not applied. */
export type Step = { readonly name: string; readonly params: Json };

/**
 * Applies transforms one after another. The parameters list what each one drew.
 * @throws TypeError unless it is given an array of transforms.
 */
export function compose(transforms: readonly Transform[]): Transform<readonly Step[]> {
  checkTransforms('compose', transforms);
  return inOrder('compose', transforms, (rng) => transforms.map((transform) => transform.sample(rng)));
}

/** @throws TypeError unless it is an array of transforms, such as `[rotate({ degrees: 5 }), invert()]`. */
export function checkTransforms(caller: string, transforms: readonly Transform[]): void {
  if (!Array.isArray(transforms)) throw new TypeError(`${caller} takes an array of transforms`);
  transforms.forEach((one, i) => {
    checkTransform(`${caller}: item ${i}`, one);
  });
}

/** @throws TypeError unless it is a transform, such as `invert()`. `what` is the start of the message. */
export function checkTransform(what: string, transform: unknown): asserts transform is Transform {
  const { apply, sample } = (transform ?? {}) as Partial<Transform>;
  if (typeof apply === 'function' && typeof sample === 'function') return;
  const hint = typeof transform === 'function' ? `, but a function (call it: ${transform.name}(…))` : '';
  throw new TypeError(`${what} is no transform${hint}`);
}

/** A step, its parameters, and the sizes before and after it. */
interface UndoStep {
  readonly one: Transform;
  readonly params: Json;
  readonly from: Size;
  readonly after: Size;
}

/** Applies transforms one after another with the parameters from `sample`, one entry for each; those with null are skipped. */
export function inOrder(
  name: string,
  transforms: readonly Transform[],
  sample: (rng: Rng) => readonly Json[] | null,
): Transform<readonly Step[]> {
  const matched = (steps: readonly Step[]) => {
    const fits =
      Array.isArray(steps) &&
      steps.length === transforms.length &&
      steps.every((step, i) => step?.name === transforms[i]!.name);
    if (!fits) throw new TypeError(`not the parameters of this ${name}: ${JSON.stringify(steps)}`);
    return steps.map((step, i) => ({ transform: transforms[i]!, params: step.params }));
  };
  const reduce = <T>(
    steps: readonly Step[] | null,
    start: T,
    next: (result: T, transform: Transform, params: Json) => T,
  ): T =>
    steps === null
      ? start
      : matched(steps).reduce((result, { transform, params }) => next(result, transform, params), start);
  return {
    name,
    sample: (rng) => sample(rng)?.map((params, i) => ({ name: transforms[i]!.name, params })) ?? null,
    apply(image, steps) {
      checkImage(image);
      return withoutChecks(() =>
        reduce(steps, image, (before, one, params) => {
          const after = one.apply(before, params);
          // An image between two steps is no longer needed: its memory is reused.
          if (before.data.buffer !== after.data.buffer && before.data.buffer !== image.data.buffer)
            recycle(before);
          return after;
        }),
      );
    },
    applyToMask: (mask, steps, kind) =>
      reduce(steps, mask, (result, one, params) => one.applyToMask(result, params, kind)),
    applyToBoxes: (boxes, steps, size) =>
      reduce(steps, { boxes: [...boxes] as (Box | null)[], size }, (from, one, params) => ({
        boxes: one.applyToBoxes(from.boxes, params, from.size),
        size: one.outputSize(from.size, params),
      })).boxes,
    applyToPoints: (points, steps, size) =>
      reduce(steps, { points: [...points] as (Point | null)[], size }, (from, one, params) => ({
        points: one.applyToPoints(from.points, params, from.size),
        size: one.outputSize(from.size, params),
      })).points,
    invertPoints(points, steps, size) {
      // Each step needs the size before it, so they are gone through forwards first.
      const undo = reduce<readonly UndoStep[]>(steps, [], (done, one, params) => {
        const from = done.at(-1)?.after ?? size;
        return [...done, { one, params, from, after: one.outputSize(from, params) }];
      });
      return undo.reduceRight<(Point | null)[]>(
        (moved, { one, params, from }) => one.invertPoints(moved, params, from),
        [...points],
      );
    },
    outputSize: (size, steps) => reduce(steps, size, (from, one, params) => one.outputSize(from, params)),
  };
}
