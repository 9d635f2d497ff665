import { escapeHtml } from './escape-html.js';
import { valueText } from './value-text.js';

/** A line of `lineChart`. */
export interface Series {
  /** In the legend. */
  readonly label: string;
  /** A CSS colour. @default one of the page's four colours, by the place in the list */
  readonly color?: string | undefined;
  /** In the order of x. Points that are not finite are left out. */
  readonly points: readonly (readonly [x: number, y: number])[];
}

interface Axis {
  readonly low: number;
  readonly high: number;
  readonly ticks: readonly number[];
  /** Significant digits by which the ticks differ, at least 6. */
  readonly digits: number;
}

/** Lines are drawn in a square of this side, which is stretched over the plot. */
const SIDE = 1000;
/** More points than this are drawn as means of neighbours: a long run draws as fast as a short one. */
const MAX_POINTS = 300;
const COLORS = ['var(--one)', 'var(--two)', 'var(--three)', 'var(--four)'];

/**
 * Lines over a common x axis, as HTML for `page`. The y axis starts at 0, or below for negative values. The text keeps its size at
 * any width of the page.
 */
export function lineChart(series: readonly Series[], xLabel: string, yLabel: string): string {
  const drawn = series.map(({ label, color, points }, i) => ({
    label,
    color: color ?? COLORS[i % COLORS.length]!,
    points: thin(
      points.filter(([x, y]) => Number.isFinite(x) && Number.isFinite(y)),
      MAX_POINTS,
    ),
  }));
  const all = drawn.flatMap((one) => one.points);
  if (all.length === 0) return '<p>Nothing to draw yet.</p>';
  const xs = all.map(([x]) => x);
  const ys = all.map(([, y]) => y);
  const x = linearAxis(Math.min(...xs), Math.max(...xs), 8);
  const y = linearAxis(Math.min(0, ...ys), Math.max(0, ...ys), 5);
  const toX = (value: number) => ((value - x.low) / (x.high - x.low)) * SIDE;
  const toY = (value: number) => SIDE - ((value - y.low) / (y.high - y.low)) * SIDE;
  const percent = (value: number) => `${Number((value / (SIDE / 100)).toFixed(2))}%`;
  const grid = y.ticks.map((tick) => `<line x1="0" x2="${SIDE}" y1="${toY(tick)}" y2="${toY(tick)}"/>`);
  const lines = drawn.map(({ color, points }) => {
    const places = points.map(([px, py]) => `${toX(px).toFixed(1)},${toY(py).toFixed(1)}`);
    // A point by itself is a dot: a line without length, with round ends.
    const one = places.length === 1;
    const path = (one ? [...places, ...places] : places).join(' ');
    const stroke = one ? 'stroke-width="6" stroke-linecap="round"' : 'stroke-width="1.6"';
    return `<polyline style="stroke: ${escapeHtml(color)}" ${stroke} points="${path}"/>`;
  });
  const yLabels = y.ticks.map(
    (tick) => `<span class="y" style="top: ${percent(toY(tick))}">${valueText(tick, y.digits)}</span>`,
  );
  const xLabels = x.ticks.map((tick, i) => {
    const name = i % 2 === 0 ? 'x' : 'x even';
    return `<span class="${name}" style="left: ${percent(toX(tick))}">${valueText(tick, x.digits)}</span>`;
  });
  const legend = drawn.map(
    ({ color, label }) => `<span><i style="background: ${escapeHtml(color)}"></i>${escapeHtml(label)}</span>`,
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

/** At most `limit` points, each the mean of its neighbours. */
function thin(points: readonly (readonly [number, number])[], limit: number): [number, number][] {
  const width = Math.max(1, Math.ceil(points.length / limit));
  const out: [number, number][] = [];
  for (let start = 0; start < points.length; start += width) {
    const bucket = points.slice(start, start + width);
    const mean = (axis: 0 | 1) => bucket.reduce((sum, point) => sum + point[axis], 0) / bucket.length;
    out.push([mean(0), mean(1)]);
  }
  return out;
}

/** Round steps (1, 2 or 5 times a power of ten) that cover `low` to `high` in about `count` intervals. */
function linearAxis(low: number, high: number, count: number): Axis {
  const span = high - low || 1;
  const power = 10 ** Math.floor(Math.log10(span / count));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((width) => span / width <= count)!;
  const first = Math.floor(low / step);
  const last = Math.max(first + 1, Math.ceil(high / step));
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step);
  const most = Math.max(Math.abs(first), Math.abs(last));
  return {
    low: first * step,
    high: last * step,
    ticks,
    digits: Math.min(17, Math.max(6, Math.ceil(Math.log10(most + 1)))),
  };
}
