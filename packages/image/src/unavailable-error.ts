import { checkText } from './check-arguments.js';
import { checkOptions } from './check-options.js';
import { escapeControls } from './escape-controls.js';

/** Options of `UnavailableError`. */
export interface UnavailableErrorOptions {
  /** The error that led to this one. @default none */
  cause?: unknown;
}

/**
 * The error for what the caller asked for by name and this machine cannot give: a backend, an engine or an optional package that is not
 * installed, or does not start here.
 */
export class UnavailableError extends Error {
  /** @param message names it and says why, in one line; control characters are escaped. */
  constructor(message: string, options: UnavailableErrorOptions = {}) {
    checkText('message', message);
    checkOptions<UnavailableErrorOptions>('UnavailableError', options, { cause: true });
    const { cause } = options;
    super(escapeControls(message), cause === undefined ? {} : { cause });
    this.name = 'UnavailableError';
  }
}
