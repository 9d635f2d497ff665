import { describe } from 'vitest';
import { BACKENDS } from './backends.js';
import { testGradientTable } from './gradient-table.js';

describe.runIf(BACKENDS.includes('webgpu'))('gradients on webgpu', () => {
  testGradientTable('webgpu');
});
