/** Charts as HTML with SVG lines: no script, no dependency; their text keeps its size at any width of the page. */

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

/** Lines are drawn in a square of this side, which is stretched over the plot. */
const SIDE = 1000;

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
  const toX = (value: number) => ((value - x.low) / (x.high - x.low)) * SIDE;
  const toY = (value: number) => SIDE - ((value - y.low) / (y.high - y.low)) * SIDE;
  const percent = (value: number) => `${Number((value / (SIDE / 100)).toFixed(2))}%`;
  const grid = y.ticks.map((tick) => `<line x1="0" x2="${SIDE}" y1="${toY(tick)}" y2="${toY(tick)}"/>`);
  const lines = drawn.map((one) => {
    const path = one.points.map(([px, py]) => `${toX(px).toFixed(1)},${toY(py).toFixed(1)}`).join(' ');
    return `<polyline style="stroke: ${one.color}" stroke-width="1.6" points="${path}"/>`;
  });
  const yLabels = y.ticks.map(
    (tick) => `<span class="y" style="top: ${percent(toY(tick))}">${tickLabel(tick)}</span>`,
  );
  const xLabels = x.ticks.map((tick, i) => {
    const name = i % 2 === 0 ? 'x' : 'x even';
    return `<span class="${name}" style="left: ${percent(toX(tick))}">${tickLabel(tick)}</span>`;
  });
  const legend = drawn.map(
    (one) => `<span><i style="background: ${one.color}"></i>${escapeHtml(one.label)}</span>`,
  );
  const title = escapeHtml(`${yLabel} over ${xLabel}`);
  return [
    `<figure><div class="legend">${legend.join('')}</div>`,
    '<div class="plot">',
    `<svg viewBox="0 0 ${SIDE} ${SIDE}" preserveAspectRatio="none" role="img" aria-label="${title}">`,
    ...grid,
    ...lines,
    '</svg>',
    ...yLabels,
    ...xLabels,
    `</div><figcaption>${title}</figcaption></figure>`,
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
  const share = (value: number) => Math.log10(Math.max(value, low) / low) / Math.log10(high / low);
  const bars = rows.map(({ label, value, main }) => {
    const width = (100 * share(value)).toFixed(1);
    return (
      `<div class="row${main ? ' main' : ''}"><div class="name">${escapeHtml(label)}</div>` +
      `<div class="bar"><div class="fill" style="width: ${width}%"></div>` +
      `${tickLabel(Number(value.toPrecision(3)))}</div></div>`
    );
  });
  return `<div class="ladder">${bars.join('\n')}</div>`;
}
