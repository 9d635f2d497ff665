import { describeValue } from '@cxr/image';
import { escapeHtml } from '@cxr/report';
import type { Spectrum } from './spectrum.js';

/** A spectrum with what it is of, for `spectrumSvg`. */
export interface SpectrumSeries {
  /** In the legend: `reals`, `fakes`. */
  label: string;
  spectrum: Spectrum;
  /** A CSS colour. @default one of a list by the place in the drawing */
  color?: string | undefined;
}

const COLORS = ['#3d6d9e', '#c2571f', '#4b8b3b', '#8a5fa8'];
const WIDTH = 440;
const PLOT = { left: 56, right: 424, top: 36, bottom: 236 };
const ROW = 22;

/**
 * Spectra of the same size as one SVG, 440 wide, which is readable on a telephone too: mean power over frequency, both on logarithmic scales, with a dotted line at each
 * lattice frequency; below it each set's energy at those frequencies as a median and the range of 95 % of the images.
 *
 * @throws TypeError unless `series` is a list; RangeError for an empty one or spectra of different sizes.
 */
export function spectrumSvg(series: readonly SpectrumSeries[]): string {
  if (!Array.isArray(series)) throw new TypeError(`expected a list of spectra, not ${describeValue(series)}`);
  const [first] = series;
  if (!first) throw new RangeError('nothing to draw: no spectrum');
  const { size } = first.spectrum;
  const other = series.find(({ spectrum }) => spectrum.size !== size);
  if (other) throw new RangeError(`spectra of ${size} and ${other.spectrum.size} pixels cannot be compared`);
  const colored = series.map((one, i) => ({ ...one, color: one.color ?? COLORS[i % COLORS.length]! }));
  const lattice = drawLattice(colored, PLOT.bottom + 64);
  const height = lattice.bottom + 8;
  const text = 'font-family="system-ui, sans-serif" font-size="13" fill="#1b2430"';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${height}" width="${WIDTH}" height="${height}" ${text}>`,
    `<rect width="${WIDTH}" height="${height}" fill="#fff"/>`,
    ...drawLegend(colored),
    ...drawPower(colored),
    ...lattice.lines,
    '</svg>',
  ].join('\n');
}

type Colored = SpectrumSeries & { color: string };

function drawLegend(series: readonly Colored[]): string[] {
  return series.map(({ label, color, spectrum: { n } }, i) => {
    const x = PLOT.left + (i * (PLOT.right - PLOT.left)) / series.length;
    return `<rect x="${x}" y="14" width="14" height="4" fill="${color}"/><text x="${x + 20}" y="20">${escapeHtml(`${label} (${n})`)}</text>`;
  });
}

function drawPower(series: readonly Colored[]): string[] {
  const { size, lattice } = series[0]!.spectrum;
  const half = size >> 1;
  // From 1 cycle on: the mean is taken away.
  const points = series.map(({ spectrum }) =>
    Array.from(spectrum.power, (value, f) => [f, value] as const).filter(([f, value]) => f > 0 && value > 0),
  );
  const logs = points.flat().map(([, value]) => Math.log10(value));
  const low = Math.floor(Math.min(0, ...logs));
  const high = Math.max(low + 1, Math.ceil(Math.max(...logs)));
  const x = (f: number): number =>
    round(PLOT.left + ((PLOT.right - PLOT.left) * Math.log2(f)) / Math.log2(half));
  const y = (log: number): number =>
    round(PLOT.bottom - ((PLOT.bottom - PLOT.top) * (log - low)) / (high - low));
  const out: string[] = [];
  for (let log = low; log <= high; log++) {
    out.push(line(PLOT.left, y(log), PLOT.right, y(log), '#d9dee5'));
    out.push(`<text x="${PLOT.left - 8}" y="${y(log) + 4}" text-anchor="end">${label10(log)}</text>`);
  }
  for (let f = 1; f <= half; f *= 2)
    out.push(`<text x="${x(f)}" y="${PLOT.bottom + 18}" text-anchor="middle">${f}</text>`);
  for (const { frequency } of lattice)
    out.push(line(x(frequency), PLOT.top, x(frequency), PLOT.bottom, '#5b6775', ' stroke-dasharray="2 4"'));
  points.forEach((list, i) => {
    const path = list.map(([f, value]) => `${x(f)},${y(Math.log10(value))}`).join(' ');
    out.push(`<polyline fill="none" stroke="${series[i]!.color}" stroke-width="2" points="${path}"/>`);
  });
  const title = `power (grey levels²) by cycles an image of ${size} pixels`;
  return [...out, `<text x="${PLOT.left}" y="${PLOT.bottom + 38}" fill="#5b6775">${title}</text>`];
}

/** One row a set and lattice frequency: the range as a bar, the median as a dot. */
function drawLattice(series: readonly Colored[], top: number): { lines: string[]; bottom: number } {
  const rows = series[0]!.spectrum.lattice.flatMap(({ period }) =>
    series.flatMap(({ spectrum, label, color }) => {
      const found = spectrum.lattice.find((one) => one.period === period);
      return found ? [{ ...found, label, color }] : [];
    }),
  );
  const [left, right] = [196, PLOT.right];
  const logs = rows.flatMap(({ low, high, median }) =>
    [low, high, median].map((value) => Math.log2(Math.max(value, 1 / 16))),
  );
  const [min, max] = [Math.floor(Math.min(-1, ...logs)), Math.ceil(Math.max(1, ...logs))];
  const x = (value: number): number =>
    round(left + ((right - left) * (Math.log2(Math.max(value, 2 ** min)) - min)) / (max - min));
  const lines = [
    `<text x="12" y="${top}" fill="#5b6775">energy of a lattice, over that of the frequencies around it</text>`,
  ];
  const bottom = top + 14 + ROW * rows.length;
  const step = Math.ceil((max - min) / 6);
  // From 1, the value without a lattice, to both sides.
  for (let log = Math.ceil(min / step) * step; log <= max; log += step) {
    lines.push(line(x(2 ** log), top + 8, x(2 ** log), bottom, log === 0 ? '#5b6775' : '#d9dee5'));
    lines.push(`<text x="${x(2 ** log)}" y="${bottom + 16}" text-anchor="middle">${round(2 ** log)}</text>`);
  }
  rows.forEach(({ label, color, frequency, low, median, high }, i) => {
    const y = top + 20 + ROW * i;
    lines.push(`<text x="12" y="${y + 4}">${escapeHtml(`${label}, ${frequency} cycles`)}</text>`);
    lines.push(line(x(low), y, x(high), y, color, ' stroke-width="4" stroke-opacity="0.4"'));
    lines.push(`<circle cx="${x(median)}" cy="${y}" r="5" fill="${color}"/>`);
  });
  return { lines, bottom: bottom + 20 };
}

function line(x1: number, y1: number, x2: number, y2: number, color: string, more = ''): string {
  return `<line x1="${x1}" y1="${y1}" x2="${x2}" y2="${y2}" stroke="${color}"${more}/>`;
}

const round = (value: number): number => Math.round(100 * value) / 100;

function label10(log: number): string {
  return log >= 0 && log <= 4 ? String(10 ** log) : `1e${log}`;
}
