/** The command line is wrong; the message says how. Reported in one line, with exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Runs what checks the user's own settings: a TypeError or RangeError it throws is wrong usage. Anywhere else such an error
 * is a fault of the program, reported with its stack.
 */
export function checkUsage<T>(check: () => T): T {
  try {
    return check();
  } catch (error) {
    if (error instanceof TypeError || error instanceof RangeError)
      throw new UsageError(error.message, { cause: error });
    throw error;
  }
}
