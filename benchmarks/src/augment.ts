import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import * as a from '@cxr/augment';
import { phantom } from '@cxr/data';
import { image } from '@cxr/image';
import { type Bench, type BenchRow, machine, row } from './bench.js';
import { peerScript, pythons } from './python.js';

const SIZES = [224, 1024];
const RUNS = 5;
/** Of one run; a run has at least one batch of images. */
const SECONDS = 0.06;
const PEERS = ['torchvision', 'albumentations'];

const CAVEATS = [
  'a second is one of processor time, on all sides; our results are handed back by recycle(), as Python frees its own',
  'elastic is each library by its own method at its own strength',
  "sharpen is OpenCV's filter of 3 × 3 at albumentations",
  'chestXray is without noise and collimation at torchvision, which has neither, and without collimation at albumentations',
];

/** Each transform at one strength, as in peers/augment.py; colour ones on RGB, the others on grey. */
function cases(size: number): Record<string, a.Transform> {
  const part = { height: Math.floor((size * 7) / 8), width: Math.floor((size * 7) / 8) };
  return {
    scale: a.scale({ factor: 1.1 }),
    shear: a.shear({ x: 10 }),
    translate: a.translate({ x: 0.1, y: 0.1 }),
    affine: a.affine({ degrees: 5, translate: [0.05, 0.05], scale: 1.1, shear: [5, 0] }),
    rotate: a.rotate({ degrees: 10 }),
    rotateBicubic: a.rotate({ degrees: 10, interpolation: 'bicubic' }),
    rotateRgb: a.rotate({ degrees: 10 }),
    perspective: a.perspective({ distortion: 0.2 }),
    elastic: a.elastic({ displacement: 0.02 }),
    resize: a.resize({ height: (size * 3) / 4, width: (size * 3) / 4 }),
    randomResizedCrop: a.randomResizedCrop({ height: size, width: size, area: 0.25, aspect: 1 }),
    crop: a.crop(part),
    centerCrop: a.centerCrop(part),
    pad: a.pad({ border: 16 }),
    horizontalFlip: a.horizontalFlip(),
    verticalFlip: a.verticalFlip(),
    brightness: a.brightness({ factor: 1.2 }),
    contrast: a.contrast({ factor: 1.2 }),
    saturation: a.saturation({ factor: 1.2 }),
    hue: a.hue({ shift: 0.1 }),
    gamma: a.gamma({ gamma: 1.25 }),
    invert: a.invert(),
    equalize: a.equalize(),
    autoContrast: a.autoContrast(),
    gaussianBlur: a.gaussianBlur({ sigma: 1.5, kernelSize: 7 }),
    sharpen: a.sharpen({ factor: 2 }),
    motionBlur: a.motionBlur({ length: 7, degrees: 30 }),
    toneCurve: a.toneCurve({ shadows: 0.25, highlights: 0.75 }),
    downscale: a.downscale({ scale: 0.5 }),
    gridDistortion: a.gridDistortion(),
    clahe: a.clahe({ clipLimit: 2 }),
    gaussianNoise: a.gaussianNoise({ sigma: 0.02 }),
    poissonNoise: a.poissonNoise({ photons: 2500 }),
    cutout: a.cutout({ size: 0.2 }),
    coarseDropout: a.cutout({ size: 0.05, holes: 50 }),
    chestXray: a.chestXray(),
  };
}

const RGB = ['rotateRgb', 'saturation', 'hue'];

/**
 * Images a second of processor time, garbage collection and compilation included: on a machine that does other things as
 * well, the clock on the wall would measure those. `--only NAME` for one transform.
 */
export const run: Bench = async ({ log, args }) => {
  const only = args.includes('--only') ? args[args.indexOf('--only') + 1] : undefined;
  const peers = await startPeers(log);
  const folder = mkdtempSync(join(tmpdir(), 'cxr-bench-'));
  const rows: BenchRow[] = [];
  try {
    for (const size of SIZES) {
      const images = { grey: phantom({ seed: 1, size }), rgb: coloured(size) };
      for (const [name, one] of Object.entries(images)) {
        const file = join(folder, `${name}-${size}`);
        writeFileSync(file, one.data);
        for (const peer of peers) await peer.ask({ load: `${name}-${size}`, file, shape: one.shape });
      }
      for (const [name, transform] of Object.entries(cases(size))) {
        if (only !== undefined && name !== only) continue;
        const kind = RGB.includes(name) ? 'rgb' : 'grey';
        rows.push(...(await measure(name, transform, images[kind], `${kind}-${size}`, size, peers)));
        log(
          rows
            .slice(-peers.length || -1)
            .map(({ name, ratio }) => `${name}: ${ratio?.toFixed(2)}`)
            .join('  '),
        );
      }
    }
  } finally {
    for (const peer of peers) peer.end();
    rmSync(folder, { recursive: true });
  }
  const notes = [...PEERS.flatMap((name) => summary(name, rows)), ...CAVEATS];
  return {
    machine: machine(),
    peer: peers.map((peer) => peer.versions).join('; ') || 'no peer installed',
    rows,
    notes,
  };
};

async function measure(
  name: string,
  transform: a.Transform,
  source: a.Image,
  loaded: string,
  size: number,
  peers: readonly Peer[],
): Promise<BenchRow[]> {
  const rng = a.createRng(1);
  const batch = size < 500 ? 8 : 1;
  const rate = (seconds: number) => {
    const start = process.cpuUsage();
    // Asking for the time takes as long as a small crop, so neither side asks after each image.
    for (let count = batch; ; count += batch) {
      for (let i = 0; i < batch; i++) {
        // Python frees a result at once; this is as much.
        a.recycle(transform.apply(source, transform.sample(rng)));
      }
      const { user, system } = process.cpuUsage(start);
      const elapsed = (user + system) / 1e6;
      if (elapsed >= seconds) return count / elapsed;
    }
  };
  // Both sides warm up: ours is compiled, theirs touches its memory.
  rate(SECONDS);
  for (const peer of peers) await peer.ask({ run: name, image: loaded, seconds: 0, batch });
  const ours: number[] = [];
  const theirs = peers.map((): number[] => []);
  for (let i = 0; i < RUNS; i++) {
    ours.push(rate(SECONDS));
    for (const [p, peer] of peers.entries()) {
      const answer = await peer.ask({ run: name, image: loaded, seconds: SECONDS, batch });
      if (typeof answer.rate === 'number') theirs[p]!.push(answer.rate);
    }
  }
  const unit = 'images/CPU s';
  if (peers.length === 0) return [row(`${name}/${size}`, unit, ours, null)];
  return peers.flatMap((peer, p) =>
    theirs[p]!.length === 0 ? [] : [row(`${peer.name}/${name}/${size}`, unit, ours, theirs[p]!)],
  );
}

/** A phantom whose channels are different views of it. */
function coloured(size: number) {
  const grey = phantom({ seed: 1, size }).data;
  const data = new Uint8Array(grey.length * 3);
  for (let i = 0; i < grey.length; i++) {
    data[3 * i] = grey[i]!;
    data[3 * i + 1] = grey[grey.length - 1 - i]!;
    data[3 * i + 2] = 255 - grey[i]!;
  }
  return image(data, size, size, 3);
}

function summary(peer: string, rows: readonly BenchRow[]): string[] {
  const ratios = rows.flatMap((one) => (one.name.startsWith(`${peer}/`) ? [one.ratio!] : []));
  if (ratios.length === 0) return [`${peer} is not installed`];
  const mean = Math.exp(ratios.reduce((sum, ratio) => sum + Math.log(ratio), 0) / ratios.length);
  const ahead = ratios.filter((ratio) => ratio >= 1).length;
  return [
    `${peer}: ahead in ${ahead} of ${ratios.length} rows, geometric mean of the ratios ${mean.toFixed(2)}`,
  ];
}

interface Peer {
  readonly name: string;
  readonly versions: string;
  ask(question: object): Promise<Record<string, unknown>>;
  end(): void;
}

/** Those that one of the Pythons here can import. */
async function startPeers(log: (line: string) => void): Promise<Peer[]> {
  const peers: Peer[] = [];
  for (const name of PEERS) {
    let found: Peer | null = null;
    for (const python of pythons()) found ??= await startPeer(name, python);
    if (found) peers.push(found);
    else log(`${name} is not installed`);
  }
  return peers;
}

async function startPeer(name: string, python: string): Promise<Peer | null> {
  const script = peerScript('augment.py');
  // One thread each: the comparison is of one core.
  const env = { ...process.env, OMP_NUM_THREADS: '1', MKL_NUM_THREADS: '1', OPENBLAS_NUM_THREADS: '1' };
  const child: ChildProcessWithoutNullStreams = spawn(python, [script, name], { env });
  child.on('error', () => undefined);
  child.stdin.on('error', () => undefined);
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const answer = async () => {
    const { value, done } = await lines.next();
    return done ? null : (JSON.parse(value as string) as Record<string, unknown>);
  };
  const hello = await answer();
  if (hello === null) return null;
  return {
    name,
    versions: String(hello.versions),
    async ask(question) {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      const got = await answer();
      if (got === null) throw new Error(`${name} ended at ${JSON.stringify(question)}`);
      return got;
    },
    end: () => child.stdin.end(),
  };
}
