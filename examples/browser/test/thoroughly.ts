import { it } from 'vitest';

/** Registers a test that is too long for `npm test`, or does nothing. */
export type Also = (name: string, test: () => Promise<void>) => void;

/** For `npm run check:browsers`. */
export const also: Also = (name, test) => it(name, test);

/** For `npm test`. */
export const leaveOut: Also = () => {};
