export { type AdamAttrs, adamUpdate } from './adam.js';
export { type BatchNormOptions, batchNorm } from './batch-norm.js';
export {
  BACKEND_NAMES,
  type BackendChoice,
  type BackendName,
  type BackendOptions,
  type Trial,
  useBackend,
} from './use-backend.js';
