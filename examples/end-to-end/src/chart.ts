/** Charts as inline SVG text: no script, no dependency, readable in light and dark. */

export interface Series {
  readonly label: string;
  /** A CSS colour, also used for the legend. */
  readonly color: string;
  readonly points: readonly (readonly [x: number, y: number])[];
}

interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
}

const WIDTH = 760;
const HEIGHT = 260;
const MARGIN = { left: 52, right: 16, top: 14, bottom: 38 };

/** Text as it may stand in HTML, inside an attribute too. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Round steps (1, 2 or 5 times a power of ten) that cover `low` to `high` in about `count` intervals. */
function linearAxis(low: number, high: number, count: number): Axis {
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / count));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((width) => span / width <= count)!;
  const first = Math.floor(low / step);
  const last = Math.ceil(high / step);
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  return { low: first * step, high: last * step, ticks };
}

function tickLabel(value: number): string {
  const rounded = Number(value.toPrecision(6));
  return rounded !== 0 && Math.abs(rounded) < 1e-3 ? rounded.toExponential() : String(rounded);
}

/** At most `limit` points, each the mean of its neighbours: a long run draws as fast as a short one. */
export function thin(points: readonly (readonly [number, number])[], limit: number): [number, number][] {
  const width = Math.max(1, Math.ceil(points.length / limit));
  const out: [number, number][] = [];
  for (let start = 0; start < points.length; start += width) {
    const bucket = points.slice(start, start + width);
    const mean = (axis: 0 | 1) => bucket.reduce((sum, point) => sum + point[axis], 0) / bucket.length;
    out.push([mean(0), mean(1)]);
  }
  return out;
}

/** Lines over a common x axis. Values that are not finite are left out. */
export function lineChart(series: readonly Series[], xLabel: string, yLabel: string): string {
  const drawn = series.map((one) => ({
    ...one,
    points: thin(
      one.points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)),
      300,
    ),
  }));
  const all = drawn.flatMap((one) => one.points);
  if (all.length === 0) return '<p>Nothing to draw yet.</p>';
  const xs = all.map(([x]) => x);
  const ys = all.map(([, y]) => y);
  const x = linearAxis(Math.min(...xs), Math.max(...xs), 8);
  const y = linearAxis(Math.min(0, ...ys), Math.max(...ys), 5);
  const toX = (value: number) =>
    MARGIN.left + ((value - x.low) / (x.high - x.low)) * (WIDTH - MARGIN.left - MARGIN.right);
  const toY = (value: number) =>
    HEIGHT - MARGIN.bottom - ((value - y.low) / (y.high - y.low)) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const grid = y.ticks.map(
    (tick) =>
      `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${toY(tick)}" y2="${toY(tick)}"/>` +
      `<text x="${MARGIN.left - 6}" y="${toY(tick) + 4}" text-anchor="end">${tickLabel(tick)}</text>`,
  );
  const marks = x.ticks.map(
    (tick) =>
      `<text x="${toX(tick)}" y="${HEIGHT - MARGIN.bottom + 16}" text-anchor="middle">${tickLabel(tick)}</text>`,
  );
  const lines = drawn.map((one) => {
    const path = one.points.map(([px, py]) => `${toX(px).toFixed(1)},${toY(py).toFixed(1)}`).join(' ');
    return `<polyline fill="none" stroke="${one.color}" stroke-width="1.6" points="${path}"/>`;
  });
  const legend = drawn.map(
    (one, i) =>
      `<rect x="${MARGIN.left + 12 + i * 150}" y="${MARGIN.top}" width="12" height="3" fill="${one.color}"/>` +
      `<text x="${MARGIN.left + 30 + i * 150}" y="${MARGIN.top + 6}">${escapeHtml(one.label)}</text>`,
  );
  return [
    `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${escapeHtml(`${yLabel} over ${xLabel}`)}">`,
    ...grid,
    ...marks,
    ...lines,
    ...legend,
    `<text x="${(WIDTH + MARGIN.left) / 2}" y="${HEIGHT - 4}" text-anchor="middle">${escapeHtml(xLabel)}</text>`,
    '</svg>',
  ].join('\n');
}

export interface Mark {
  readonly label: string;
  readonly value: number;
  /** Drawn stronger than the others: what the page is about. */
  readonly main?: boolean;
}

/**
 * Distances as bars on a logarithmic scale, one a row, smallest first. A Fréchet distance means nothing
 * alone; beside its neighbours it does.
 */
export function ladder(marks: readonly Mark[]): string {
  const rows = [...marks].sort((a, b) => a.value - b.value);
  const positive = rows.map((row) => row.value).filter((value) => value > 0);
  if (positive.length === 0) return '<p>Nothing to draw yet.</p>';
  const low = 10 ** Math.floor(Math.log10(Math.min(...positive)));
  const high = 10 ** Math.ceil(Math.log10(Math.max(...positive) * 1.0001));
  const left = 300;
  const right = 90;
  const height = 34;
  const decades = Math.round(Math.log10(high / low));
  const toX = (value: number) =>
    left + (Math.log10(Math.max(value, low) / low) / decades) * (WIDTH - left - right);
  const bottom = rows.length * height + 6;
  const grid = Array.from({ length: decades + 1 }, (_, i) => low * 10 ** i).map(
    (tick) =>
      `<line class="grid" x1="${toX(tick)}" x2="${toX(tick)}" y1="0" y2="${bottom}"/>` +
      `<text x="${toX(tick)}" y="${bottom + 14}" text-anchor="middle">${tickLabel(tick)}</text>`,
  );
  const bars = rows.map((row, i) => {
    const top = i * height + 8;
    return [
      `<rect class="${row.main ? 'main' : 'bar'}" x="${left}" y="${top}" height="18" width="${Math.max(2, toX(row.value) - left).toFixed(1)}"/>`,
      `<text x="${left - 8}" y="${top + 14}" text-anchor="end"${row.main ? ' class="strong"' : ''}>${escapeHtml(row.label)}</text>`,
      `<text x="${toX(row.value) + 6}" y="${top + 14}"${row.main ? ' class="strong"' : ''}>${tickLabel(Number(row.value.toPrecision(3)))}</text>`,
    ].join('');
  });
  return [
    `<svg viewBox="0 0 ${WIDTH} ${bottom + 34}" role="img" aria-label="Fréchet distances, logarithmic scale">`,
    ...grid,
    ...bars,
    `<text x="${(left + WIDTH - right) / 2}" y="${bottom + 30}" text-anchor="middle">Fréchet distance to the training images (logarithmic)</text>`,
    '</svg>',
  ].join('\n');
}
