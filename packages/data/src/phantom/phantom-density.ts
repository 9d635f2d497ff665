import type { Anatomy } from './phantom-anatomy.js';

/** Smooth noise in 0..1 at a place. */
export type Noise = (x: number, y: number) => number;

/**
 * How much the rays are weakened at a place, about 0 (air beside the person) to 1.2 (spine over heart): the sum of the
 * organs they pass. Places are in half image sides from the person's middle, x to the image's right, y down.
 */
export function density(a: Anatomy, noise: Noise, x: number, y: number): number {
  const side = Math.abs(x);
  const torso = torsoHalfWidth(a, y);
  const flesh = inside(torso - side, 0.025) * (0.34 + 0.26 * (1 - (side / (torso + 0.05)) ** 4));
  const limbs = flesh > 0.55 ? 0 : arm(a, side, y);
  const lung = lungAt(a, x, y);
  return (
    Math.max(flesh, limbs) +
    bones(a, x, y, lung) +
    middle(a, x, y) +
    abdomen(a, x, y) -
    lung * lungAir(a, noise, x, y) +
    lung * opacity(a, noise, x, y)
  );
}

/** 0 outside, 1 inside, smooth over ±soft around a distance of 0. */
function inside(distance: number, soft: number): number {
  if (distance >= soft) return 1;
  if (distance <= -soft) return 0;
  const t = 0.5 + (0.5 * distance) / soft;
  return t * t * (3 - 2 * t);
}

/** A smooth way from 0 (t ≤ 0) to 1 (t ≥ 1). */
function ramp(t: number): number {
  return inside(2 * t - 1, 1);
}

/** A hump: 1 at 0, falling to 0 at ±2. Close to exp(−t²), but faster, and the same on every machine. */
function hump(t: number): number {
  const rest = 1 - 0.25 * t * t;
  if (rest <= 0) return 0;
  const square = rest * rest;
  return square * square;
}

/** As Math.hypot, whose care for overflow is slow. */
function length(x: number, y: number): number {
  return Math.sqrt(x * x + y * y);
}

/** Distance from an ellipse's edge, positive inside, in units of the smaller radius. */
function ellipse(dx: number, dy: number, radiusX: number, radiusY: number): number {
  return (1 - length(dx / radiusX, dy / radiusY)) * Math.min(radiusX, radiusY);
}

/** Neck, shoulders, then the sides of the chest. */
function torsoHalfWidth({ chest, flesh, apex }: Anatomy, y: number): number {
  const neck = 0.24;
  const shoulders = chest + 0.34;
  const sides = chest + flesh + 0.05 * y;
  const shoulder = neck + (shoulders - neck) * ramp((y - apex + 0.2) / 0.24);
  return shoulder + (sides - shoulder) * ramp((y - apex - 0.12) / 0.42);
}

/** Flesh of the upper arm with its bone and the head of the joint. */
function arm({ armX, armSlope, apex }: Anatomy, side: number, y: number): number {
  const down = y - apex;
  const distance = Math.abs(side - (armX + armSlope * down));
  const flesh = inside(0.16 - distance, 0.03) * ramp((down + 0.16) / 0.16);
  return 0.4 * flesh;
}

/** Half width of the rib cage: a dome from the apex down, nearly straight below its middle. */
function cageHalfWidth({ chest, apex }: Anatomy, y: number): number {
  const t = Math.min(1, Math.max(0, (y - apex) / 1.05));
  const rest = 1 - t;
  return chest * Math.sqrt(1 - rest * rest * Math.sqrt(rest));
}

/** Height of the diaphragm over a place. */
function diaphragm({ chest, domeLeft, domeRight }: Anatomy, x: number): number {
  const centre = x < 0 ? -0.42 * chest : 0.46 * chest;
  const dome = x < 0 ? domeLeft : domeRight;
  const away = (x - centre) / chest;
  return dome + 0.42 * away * away + 1.1 * Math.max(0, Math.abs(away) - 0.33) ** 2;
}

/** 1 in a lung, 0 elsewhere. */
function lungAt(a: Anatomy, x: number, y: number): number {
  const side = Math.abs(x);
  const wall = inside(cageHalfWidth(a, y) - side, 0.02);
  const middle = inside(side - (0.115 + 0.03 * ramp((y + 0.3) / 0.5)), 0.03);
  if (wall === 0 || middle === 0) return 0;
  // The lungs' tips lie apart, to the sides of the neck.
  const inward = Math.max(0, 1 - side / (0.5 * a.chest));
  const tip = inside(y - a.apex - 0.62 * inward * inward, 0.04);
  return wall * middle * tip * inside(diaphragm(a, x) - y, 0.018);
}

/** The rays the lung lets through, less its vessels, which are thick near the middle. */
function lungAir(a: Anatomy, noise: Noise, x: number, y: number): number {
  const side = Math.abs(x);
  const depth = 0.78 + 0.22 * ramp((cageHalfWidth(a, y) - side) / 0.3);
  const fromRoot = length(side - 0.16, (y + 0.02) * 0.8);
  const veins = noise(9 * x + 3, 9 * y) * 0.65 + noise(22 * x, 22 * y + 7) * 0.35;
  const vessels = 0.2 * hump(fromRoot / 0.2) + 0.3 * Math.max(0, veins - 0.42) * hump(fromRoot / 0.55);
  return a.air * 0.42 * depth - vessels;
}

/** Heart, aorta, great vessels and windpipe: what lies before the spine. */
function middle(a: Anatomy, x: number, y: number): number {
  const heart = (y - a.heartTop) / (a.domeLeft + 0.02 - a.heartTop);
  const bulge = heart <= 0 ? 0 : heart * (0.6 + 1.3 * heart - 0.9 * heart * heart);
  const right = 0.1 + 0.75 * a.aorta * hump((y + 0.34) / 0.11) + (a.heartRight - 0.1) * bulge;
  const left = 0.105 + 0.03 * hump((y + 0.2) / 0.2) + a.heartLeft * hump((heart - 0.68) / 0.45);
  const soft = 0.022;
  const shadow = inside(right - x, soft) * inside(x + left, soft) * ramp((y - a.apex) / 0.5);
  const fade = inside(a.domeLeft + 0.22 - y, 0.25);
  const windpipe = 0.1 * hump((x + 0.01) / 0.05) * ramp((-0.22 - y) / 0.12);
  const thick = 0.2 + 0.13 * ramp(heart / 0.4) * hump((x - 0.08) / 0.3);
  return shadow * fade * thick - windpipe;
}

/** What lies under the diaphragm: liver, and the stomach with its gas. */
function abdomen(a: Anatomy, x: number, y: number): number {
  const below = inside(y - diaphragm(a, x), 0.03);
  if (below === 0) return 0;
  const liver = x < 0 ? 0.12 : 0.06;
  const gas = inside(ellipse(x - a.gasX, y - a.domeRight - 0.22, a.gasSize * 1.4, a.gasSize), 0.06);
  return below * (liver * inside(a.chest + 0.02 - Math.abs(x), 0.08) - a.gasDensity * 2 * gas);
}

function bones(a: Anatomy, x: number, y: number, lung: number): number {
  return spine(a, x, y) + ribs(a, x, y, lung) + clavicles(a, x, y) + shoulderBones(a, x, y);
}

function spine({ spineWidth, vertebra }: Anatomy, x: number, y: number): number {
  const phase = y / vertebra - Math.floor(y / vertebra);
  const disc = hump((phase - 0.5) / 0.16);
  const body = inside(spineWidth * (1 - 0.1 * disc) - Math.abs(x), 0.02);
  const process = hump(x / 0.02) * hump((phase - 0.05) / 0.2);
  return body * (0.13 - 0.05 * disc) + 0.05 * process * body;
}

/** Ribs behind, sloping down to the sides, and in front, sloping down to the middle; and the cage's edge, seen end on. */
function ribs(a: Anatomy, x: number, y: number, lung: number): number {
  const side = Math.abs(x);
  const wall = cageHalfWidth(a, y);
  const t = side / (wall + 0.001);
  if (t > 1.12 || y < a.apex - 0.02) return 0;
  const cage = inside(wall + 0.035 - side, 0.015);
  const behind = (y - a.ribSlope * (t * t * 1.25 - 0.5 * t)) / a.ribSpacing + a.ribPhase + (x < 0 ? 0.06 : 0);
  const before = (y + a.ribSlope * 1.7 * (t - 0.4)) / (a.ribSpacing * 1.12) + a.ribPhase;
  const fade = cage * ramp((a.domeLeft + 0.55 - y) / 0.3);
  const back = band(behind, a.ribWidth) * (0.65 + 0.35 * lung) * ramp((side - 0.06) / 0.08);
  const front = 0.5 * band(before, a.ribWidth * 1.15) * ramp((t - 0.42) / 0.25);
  const edge = 0.55 * hump((side - wall - 0.008) / 0.022) * (0.7 + 0.6 * band(behind, a.ribWidth));
  return a.ribDensity * fade * (back + front + edge);
}

/** A bone's shadow once a unit of phase: brighter along its two edges, where the rays pass more of its shell. */
function band(phase: number, width: number): number {
  const distance = Math.abs(phase - Math.round(phase));
  const body = inside(width / 2 - distance, 0.07);
  return body * (0.75 + 0.25 * hump((distance - width * 0.36) / 0.06));
}

function clavicles({ clavicleY, clavicleSlope, chest }: Anatomy, x: number, y: number): number {
  const side = Math.abs(x);
  const t = (side - 0.09) / (chest - 0.02);
  const centre = clavicleY + clavicleSlope * t + 0.035 * Math.sin(5.2 * t);
  const thick = 0.026 + 0.012 * Math.abs(t - 0.5);
  const body = inside(thick - Math.abs(y - centre), 0.012) * ramp(t / 0.06) * ramp((1.02 - t) / 0.06);
  return body * (0.1 + 0.05 * hump((Math.abs(y - centre) - thick * 0.7) / 0.012));
}

/** Shoulder blade, head and shaft of the upper arm's bone. */
function shoulderBones({ armX, armSlope, apex, chest }: Anatomy, x: number, y: number): number {
  const side = Math.abs(x);
  const down = y - apex;
  const shaft =
    inside(0.045 - Math.abs(side - (armX - 0.01 + armSlope * down)), 0.02) * ramp((down - 0.05) / 0.1);
  const head = inside(ellipse(side - armX + 0.03, down - 0.02, 0.11, 0.11), 0.03);
  const blade =
    inside(0.035 - Math.abs(side - (chest + 0.1 - 0.12 * down)), 0.03) *
    ramp(down / 0.1) *
    ramp((0.55 - down) / 0.1);
  return 0.15 * Math.max(shaft, head) + 0.07 * blade;
}

function opacity({ opacities }: Anatomy, noise: Noise, x: number, y: number): number {
  let sum = 0;
  for (const { x: cx, y: cy, radius, density } of opacities) {
    const distance = length(x - cx, y - cy) / radius;
    if (distance < 2) sum += density * hump(distance) * (0.55 + 0.9 * noise(8 * x + 11, 8 * y + 5));
  }
  return Math.min(0.4, sum);
}
