/** A place in the latent space, and two directions from there: three vectors of one length, at right angles to each other. */
export interface Place {
  at: Float32Array;
  across: Float32Array;
  along: Float32Array;
}

/** A place from three vectors that are not parallel. */
export function placeAt(at: Float32Array, across: Float32Array, along: Float32Array): Place {
  const length = Math.hypot(...at);
  const first = withLength(without(across, [at]), length);
  return { at, across: first, along: withLength(without(along, [at, first]), length) };
}

/** Goes from a place along one of its directions, on the circle around the origin, by an angle in radians. */
export function turn(place: Place, axis: 'across' | 'along', angle: number): Place {
  const { at, [axis]: direction } = place;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  return {
    ...place,
    at: at.map((value, i) => cos * value + sin * direction[i]!),
    [axis]: direction.map((value, i) => cos * value - sin * at[i]!),
  };
}

/** A vector less its parts along others, which are at right angles to each other (Gram and Schmidt). */
function without(vector: Float32Array, others: readonly Float32Array[]): Float32Array {
  return others.reduce((rest, other) => {
    const share = dot(rest, other) / dot(other, other);
    return rest.map((value, i) => value - share * other[i]!);
  }, vector);
}

function withLength(vector: Float32Array, length: number): Float32Array {
  const factor = length / Math.sqrt(dot(vector, vector));
  return vector.map((value) => value * factor);
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}
