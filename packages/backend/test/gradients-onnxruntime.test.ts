import { describe } from 'vitest';
import { testGradientTable } from './gradient-table.js';

describe('gradients on onnxruntime', () => {
  testGradientTable('onnxruntime');
});
