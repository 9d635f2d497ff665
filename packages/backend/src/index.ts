export {
  type BackendChoice,
  type BackendName,
  type BackendOptions,
  type Trial,
  useBackend,
} from './use-backend.js';
