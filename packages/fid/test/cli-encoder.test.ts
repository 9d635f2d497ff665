import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { encodePng, phantom } from '@cxr/data';
import { listImages, readImages } from '@cxr/data/node';
import { computeFid, createOnnxEngine } from '@cxr/fid';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { fixtures, runMain } from './shared.js';

const folder = mkdtempSync(join(tmpdir(), 'cxr-fid-encoder-'));
const at = (...path: string[]) => join(folder, ...path);
const encoder = join(fixtures, 'encoders', 'vit.onnx');
const flags = ['--encoder', encoder, '--preprocess', 'dinov2', '--num-workers', '0'];

beforeAll(() => {
  for (const [name, sick] of [
    ['real', false],
    ['fake', true],
  ] as const) {
    mkdirSync(at(name));
    for (let i = 0; i < 12; i++)
      writeFileSync(at(name, `${i}.png`), encodePng(phantom({ seed: i, size: 48, sick })));
  }
  writeFileSync(at('small.json'), JSON.stringify({ size: 224, crop: 'none', filter: 'nearest' }));
  writeFileSync(at('broken.json'), '{');
  writeFileSync(at('wrong.json'), '{"size": 0}');
  writeFileSync(at('text.onnx'), 'hello');
});
afterAll(() => rmSync(folder, { recursive: true }));

describe('cxr-fid --encoder', () => {
  it('scores with the encoder, and names what the score depends on', async () => {
    const more = ['--metrics', 'kid,precision', '--held-out', at('real'), '--json'];
    const { status, stdout, stderr } = await runMain(at('real'), at('fake'), ...flags, ...more);
    expect(status).toBe(0);
    const result = JSON.parse(stdout);
    const runtime = createRequire(import.meta.url)('onnxruntime-node');
    const engine = await createOnnxEngine(readFileSync(encoder), { runtime, preprocess: 'dinov2' });
    const set = async (name: string) => readImages(await listImages(at(name)));
    const { fid } = await computeFid(await set('real'), await set('fake'), { engine });
    expect(result.fid).toBeCloseTo(fid, 6);
    expect(result).toMatchObject({
      dims: 6,
      resize: null,
      engine: 'onnx',
      weights: { file: null, sha256: null, kind: null },
      encoder: { ...engine.encoder, file: encoder, preprocessing: engine.preprocessing },
    });
    expect(Object.keys(result)).toEqual(expect.arrayContaining(['kid', 'precision', 'ceiling']));
    const hash = engine.encoder!.sha256.slice(0, 16);
    expect(stderr).toContain(
      `6 dims, 12 against 12 images, encoder vit.onnx, sha256 ${hash}…, preprocessing dinov2, output tokens (first)`,
    );
    engine.dispose();
  });

  it('takes a preprocessing from a file, an output and a pool, also for statistics and sensitivity', async () => {
    const own = ['--encoder', encoder, '--preprocess', at('small.json'), '--num-workers', '0'];
    const chosen = ['--encoder-output', 'tokens', '--pool', 'mean'];
    expect(await runMain('--save-stats', at('real'), at('real.npz'), ...own, ...chosen)).toMatchObject({
      status: 0,
    });
    const scored = await runMain(at('real'), at('fake'), ...own, ...chosen, '--json');
    // 6 dims: no statistics of the Inception have so few, so the file is read by the encoder's own.
    const again = await runMain(at('real.npz'), at('fake'), ...own, ...chosen, '--json', '--no-floor');
    expect(JSON.parse(again.stdout).fid).toBeCloseTo(JSON.parse(scored.stdout).fid, 8);
    expect(JSON.parse(scored.stdout).encoder).toMatchObject({
      preprocess: 'custom',
      output: 'tokens',
      pool: 'mean',
    });
    const first = await runMain(at('real'), at('fake'), ...own, '--json');
    expect(JSON.parse(first.stdout).fid).not.toBe(JSON.parse(scored.stdout).fid);
    const page = at('page.html');
    const rows = await runMain('sensitivity', at('real'), ...own, '--json', '--out', page);
    expect(JSON.parse(rows.stdout)).toMatchObject({
      dims: 6,
      engine: 'onnx',
      encoder: { preprocess: 'custom' },
    });
    expect(readFileSync(page, 'utf8')).toContain('encoder vit.onnx, sha256');
  });

  it.each<[string[], number, string]>([
    [['--encoder', encoder], 2, '--encoder needs --preprocess'],
    [['--preprocess', 'clip'], 2, '--preprocess is for --encoder'],
    [['--pool', 'mean'], 2, '--pool is for --encoder'],
    [[...flags, '--dims', '64'], 2, '--dims'],
    [[...flags, '--resize', 'clean'], 2, '--resize'],
    [[...flags, '--weights', 'w.pth'], 2, '--weights'],
    [
      [...flags, '--encoder-output', 'logits'],
      2,
      'unknown output: logits (the model has tokens, class_token)',
    ],
    [
      ['--encoder', encoder, '--preprocess', 'dino'],
      2,
      'unknown preprocessing: dino (known: imagenet, dinov2, clip, xrv',
    ],
    [['--encoder', encoder, '--preprocess', 'broken.json'], 2, 'broken.json: not JSON'],
    [['--encoder', encoder, '--preprocess', 'wrong.json'], 2, 'invalid size: 0'],
    [['--encoder', 'none.onnx', '--preprocess', 'clip'], 2, 'none.onnx'],
    [['--encoder', 'text.onnx', '--preprocess', 'clip'], 2, 'text.onnx'],
  ])('%j is refused by name', async (args, status, message) => {
    const named = args.map((arg) => (/^(text|none|broken|wrong)\./.test(arg) ? at(arg) : arg));
    const result = await runMain(at('real'), at('fake'), ...named);
    expect(result.stderr).toContain(message);
    expect(result.stderr).not.toMatch(/\n +at /);
    expect(result.status).toBe(status);
  });
});
