export { UsageError } from '@cxr/cli';
