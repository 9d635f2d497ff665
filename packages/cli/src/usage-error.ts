/** A wrong command line. Its message is printed in one line, and the exit status is 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/**
 * Runs a check of the user's settings. A TypeError or RangeError from it becomes a UsageError; anywhere else such an error is a
 * fault of the program and is reported with its stack.
 * @throws UsageError, or any other error of the check.
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
