import { CxrFileError } from '@cxr/image';

/** What it fails with: code and message of a CxrFileError, the text of another error, or 'no error'. */
export async function failure(work: PromiseLike<unknown> | (() => unknown)): Promise<string> {
  try {
    await (typeof work === 'function' ? work() : work);
    return 'no error';
  } catch (error) {
    return error instanceof CxrFileError ? `${error.code} | ${error.message}` : String(error);
  }
}
