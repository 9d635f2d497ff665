import { fileURLToPath } from 'node:url';

/** Names of the generators that come with the package. */
export const PRETRAINED = ['xray-normal-128'] as const;

/** The name of a generator that comes with the package. */
export type Pretrained = (typeof PRETRAINED)[number];

/**
 * The file of a generator that comes with the package, for `loadGenerator`; its model card is the `.md` beside it. Browsers import
 * `@cxr/dcgan/pretrained/NAME.safetensors` and read it with `readGenerator`.
 * @throws RangeError for a name that is none of `PRETRAINED`.
 */
export function pretrained(name: Pretrained): string {
  if (!PRETRAINED.includes(name)) {
    throw new RangeError(`unknown pretrained generator: ${String(name)} (known: ${PRETRAINED.join(', ')})`);
  }
  return fileURLToPath(new URL(`../../pretrained/${name}.safetensors`, import.meta.url));
}
