import { backendFlag, Command, threadsFlag, windowFlag } from '@cxr/cli';
import { describe, expect, it } from 'vitest';

function parse(...args: string[]): unknown {
  const program = new Command()
    .exitOverride()
    .configureOutput({ writeErr() {} })
    .addOption(windowFlag());
  return program.parse(args, { from: 'user' }).opts().window;
}

describe('--window', () => {
  it.each([
    ['40,400', { centre: 40, width: 400 }],
    ['-600,1500', { centre: -600, width: 1500 }],
    ['0.5, 1e-3', { centre: 0.5, width: 0.001 }],
    ['all', 'all'],
    ['file', 'file'],
  ])('takes %s', (text, window) => {
    expect(parse('--window', text)).toEqual(window);
    expect(parse(`--window=${text}`)).toEqual(window);
  });

  it('is absent by default', () => {
    expect(parse()).toBeUndefined();
  });

  it.each([
    '',
    '40',
    '40,',
    ',400',
    '40,0',
    '40,-1',
    '40,400,1',
    'x,400',
    '40,Infinity',
    'NaN,1',
    'full',
    'ALL',
  ])('refuses %j', (text) => {
    expect(() => parse(`--window=${text}`)).toThrow('centre and a width above 0');
  });
});

describe('--backend and --threads', () => {
  const program = () =>
    new Command()
      .exitOverride()
      .configureOutput({ writeErr() {} })
      .addOption(backendFlag(['wasm', 'onnxruntime'], { native: 'onnxruntime' }))
      .addOption(threadsFlag('the backend'));
  const options = (...args: string[]) => program().parse(args, { from: 'user' }).opts();

  it('are auto and absent by default, and take old names', () => {
    expect(options()).toEqual({ backend: 'auto' });
    expect(options('--backend', 'native', '--threads', '2')).toEqual({ backend: 'onnxruntime', threads: 2 });
    expect(program().helpInformation()).toMatch(/threads of the backend \(default: one a core\)/);
  });

  it('refuse others', () => {
    expect(() => options('--backend', 'cuda')).toThrow('It takes auto, wasm, onnxruntime.');
    expect(() => options('--threads', '0')).toThrow('at least 1');
  });
});
