/** Rounds halves to even, as Python and OpenCV do. torchvision's centre crop depends on it. */
export function roundHalfEven(value: number): number {
  const rounded = Math.round(value);
  return rounded - value === 0.5 && rounded % 2 !== 0 ? rounded - 1 : rounded;
}
