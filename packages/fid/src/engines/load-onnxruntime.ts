import { UnavailableError } from '@cxr/image';

/** The optional peer onnxruntime-node. @throws UnavailableError where it is not installed, or does not load on this machine. */
export async function loadOnnxruntime(): Promise<typeof import('onnxruntime-node')> {
  try {
    return await import('onnxruntime-node');
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const reason =
      code === 'ERR_MODULE_NOT_FOUND'
        ? 'is not installed: npm install onnxruntime-node'
        : `does not load: ${message.split('\n')[0]}`;
    throw new UnavailableError(`onnxruntime-node ${reason}`, { cause });
  }
}
