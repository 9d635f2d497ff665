export { type AdamAttrs, adamUpdate } from './adam.js';
export {
  BACKEND_NAMES,
  type BackendName,
  type BackendRequest,
  OLD_BACKEND_NAMES,
} from './backends/backend-name.js';
export { type BatchNormOptions, batchNorm } from './batch-norm.js';
export { movingAverage } from './moving-average.js';
export {
  type BackendChoice,
  type BackendOptions,
  type Trial,
  useBackend,
} from './use-backend.js';
