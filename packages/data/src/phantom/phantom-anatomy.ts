import type { Rng } from '@cxr/image';

/** An opacity: a soft round shadow in a lung. Lengths are in half image sides, as everywhere in this file. */
interface Opacity {
  x: number;
  y: number;
  radius: number;
  density: number;
}

/** One person on one film. The image spans −1..1 both ways, x to the right and y down, before `tilt`, `zoom` and shift. */
export interface Anatomy {
  shiftX: number;
  shiftY: number;
  tilt: number;
  zoom: number;
  /** Half width of the rib cage at its widest, inside. */
  chest: number;
  /** Thickness of flesh outside the ribs. */
  flesh: number;
  /** Height of the lungs' tips. */
  apex: number;
  /** Heights of the diaphragm's two domes. The image's left is the person's right. */
  domeLeft: number;
  domeRight: number;
  /** Height at which the heart's border leaves that of the great vessels. */
  heartTop: number;
  /** How far the heart reaches to the image's right, and swells to its left, of the middle. */
  heartRight: number;
  heartLeft: number;
  /** Radius of the aorta's arch. */
  aorta: number;
  spineWidth: number;
  vertebra: number;
  ribSpacing: number;
  ribPhase: number;
  ribSlope: number;
  ribWidth: number;
  ribDensity: number;
  clavicleY: number;
  clavicleSlope: number;
  armX: number;
  armSlope: number;
  /** The stomach's gas bubble under the right dome of the image; density 0 is none. */
  gasX: number;
  gasSize: number;
  gasDensity: number;
  /** How full the lungs are of air. */
  air: number;
  exposure: number;
  gamma: number;
  grain: number;
  /** Black borders: left, top, right and bottom edge of the lit field. */
  field: [left: number, top: number, right: number, bottom: number];
  /** The letter R beside the person's right shoulder; size 0 is none. */
  markerX: number;
  markerY: number;
  markerSize: number;
  opacities: Opacity[];
  /** Seeds the lung vessels and the film's unevenness. */
  texture: number;
}

/** Draws a person. Healthy and sick ones of one seed are the same person, but for the opacities. */
export function drawAnatomy(rng: Rng, sick: boolean): Anatomy {
  /** A normal number cut off at two deviations, so that nobody is impossible. */
  const about = (mean: number, deviation: number) =>
    mean + deviation * Math.max(-2, Math.min(2, rng.normal()));
  const between = (low: number, high: number) => low + (high - low) * rng.uniform();
  const chest = about(0.64, 0.04);
  const dome = about(0.52, 0.07);
  const anatomy: Anatomy = {
    shiftX: about(0, 0.035),
    shiftY: about(0, 0.04),
    tilt: about(0, 0.025),
    zoom: about(1, 0.05),
    chest,
    flesh: about(0.14, 0.03),
    apex: about(-0.72, 0.04),
    domeLeft: dome,
    domeRight: dome + about(0.06, 0.025),
    heartTop: dome - about(0.66, 0.05),
    heartRight: chest * about(0.58, 0.06),
    heartLeft: about(0.085, 0.025),
    aorta: about(0.085, 0.015),
    spineWidth: about(0.1, 0.01),
    vertebra: about(0.115, 0.01),
    ribSpacing: about(0.155, 0.012),
    ribPhase: rng.uniform(),
    ribSlope: about(0.26, 0.05),
    ribWidth: about(0.3, 0.03),
    ribDensity: about(0.105, 0.02),
    clavicleY: about(-0.6, 0.035),
    clavicleSlope: about(-0.2, 0.07),
    armX: about(0.93, 0.05),
    armSlope: about(0.25, 0.1),
    gasX: about(0.36, 0.06),
    gasSize: between(0.07, 0.16),
    gasDensity: Math.max(0, about(0.08, 0.09)),
    air: about(1, 0.06),
    exposure: about(1, 0.07),
    gamma: about(1.05, 0.1),
    grain: between(2, 4),
    field: [-1.1, -1.1, 1.1, 1.1],
    markerX: -about(0.86, 0.04),
    markerY: about(-0.72, 0.14),
    markerSize: rng.uniform() < 0.7 ? between(0.07, 0.1) : 0,
    opacities: [],
    texture: rng.uint32(),
  };
  anatomy.field = anatomy.field.map((edge) =>
    rng.uniform() < 0.3 ? edge * between(0.84, 0.9) : edge,
  ) as Anatomy['field'];
  if (sick) anatomy.opacities = drawOpacities(anatomy, between);
  return anatomy;
}

function drawOpacities(
  { chest, apex, domeLeft }: Anatomy,
  between: (low: number, high: number) => number,
): Opacity[] {
  const count = 3 + Math.floor(between(0, 4));
  return Array.from({ length: count }, () => {
    const side = between(-1, 1) < 0 ? -1 : 1;
    return {
      x: side * between(0.28, 0.85) * chest,
      y: between(apex + 0.4, domeLeft - 0.05),
      radius: between(0.09, 0.24),
      density: between(0.16, 0.36),
    };
  });
}
