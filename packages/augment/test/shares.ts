import { createRng, type Step, type Transform } from '@cxr/augment';

/** How often each combination of steps was drawn, as shares of 1: 4000 draws know one third to 0.03 (4 sigma). */
export function shares(transform: Transform, draws = 4000): Record<string, number> {
  const counts: Record<string, number> = {};
  for (let i = 0; i < draws; i++) {
    const steps = (transform.sample(createRng(1, i)) ?? []) as readonly Step[];
    const key = steps.flatMap((step) => (step.params === null ? [] : [step.name])).join('+');
    counts[key] = (counts[key] ?? 0) + 1 / draws;
  }
  return counts;
}

/** The numbers that each step of a pipeline drew, by `name.key`, with the place in pairs: `affine.translate0`. */
export function drawn(transform: Transform<readonly Step[]>, draws: number): Record<string, number[]> {
  const found: Record<string, number[]> = {};
  const note = (key: string, value: number) => {
    const list = found[key] ?? [];
    list.push(value);
    found[key] = list;
  };
  for (let i = 0; i < draws; i++) {
    for (const { name, params } of transform.sample(createRng(2, i))!) {
      if (params !== null) note(name, 1);
      for (const [key, value] of Object.entries((params ?? {}) as Record<string, number | number[]>)) {
        if (typeof value === 'number') note(`${name}.${key}`, value);
        else for (const [i, part] of value.entries()) note(`${name}.${key}${i}`, part);
      }
    }
  }
  return found;
}
