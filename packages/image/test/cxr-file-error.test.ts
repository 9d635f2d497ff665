import { CxrFileError, withFile } from '@cxr/image';
import { describe, expect, it } from 'vitest';

describe('CxrFileError', () => {
  it('escapes what would steer a terminal, in names that stand in a file and in the path', () => {
    const error = new CxrFileError('corrupt', 'tensor a\x1b[2J\nb\u202ec\ud800 – Δ 肺', {
      file: 'x\x07.npz',
    });
    expect(error.message).toBe('x\\u0007.npz: tensor a\\u001b[2J\\u000ab\\u202ec\\ud800 – Δ 肺');
    expect(error.reason).toBe('tensor a\\u001b[2J\\u000ab\\u202ec\\ud800 – Δ 肺');
    // For programs: the path as it is.
    expect(error.file).toBe('x\x07.npz');
  });

  it('cuts what no one could read', () => {
    const { message } = new CxrFileError('corrupt', 'a'.repeat(1e6));
    expect(message).toBe(`${'a'.repeat(4096)}…`);
  });

  it('is given the file later by decoders that do not know it', () => {
    const cause = new Error('x');
    const bare = new CxrFileError('truncated', 'cut off', { cause });
    const named = withFile(bare, 'a.png') as CxrFileError;
    expect(named).toMatchObject({ code: 'truncated', message: 'a.png: cut off', file: 'a.png', cause });
    expect(withFile(named, 'b.png')).toBe(named);
    expect(withFile(bare, undefined)).toBe(bare);
    expect(withFile(cause, 'a.png')).toBe(cause);
  });
});
