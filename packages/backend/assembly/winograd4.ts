// The transforms of Winograd's F(4 x 4, 2 x 2): as in winograd2.ts, but for four outputs, with five products, not eight. The products
// belong to the points 0, -1, 2, 1/2 and infinity, whose rounding errors are the smallest of all such sets of small fractions
// (tried with random numbers; cf. Barabasz et al. 2020, arXiv:1803.10986): twice those of winograd2.ts. In each direction
//
//   image                                filter                    outputs
//   t0 = d0 - 3/2 (d1 + d2) + d3         u0 = g0                   y0 = m0 + m1 +   m2 +     m3
//   t1 = d1 - 5/2 d2 + d3                u1 = 2/9 (g1 - g0)        y1 =    - m1 + 2 m2 + 1/2 m3
//   t2 = 1/2 (d2 - d1) + d3              u2 = 1/9 (g0 + 2 g1)      y2 =      m1 + 4 m2 + 1/4 m3
//   t3 = d3 - 2 d1 - d2                  u3 = -4/9 (2 g0 + g1)     y3 =    - m1 + 8 m2 + 1/8 m3 + m4
//   t4 = d1 - 3/2 (d2 + d3) + d4         u4 = g1
//
// where m is t u. A tile is 4 x 4 outputs, v, u and m have 25 points, and all else is as in winograd2.ts. `line` holds a line of c
// floats, then room for what lies between the two directions and for the places of a tile's pixels.
//
// The 25 planes of v, u and m often lie a power of two apart, so that their lines of cache displace one another. So 16 channels, one line
// of cache, are done at a time, and go to five planes at a time.

import { addTo, pixel } from './winograd2';

/** Bytes of a vector, of a line of cache, and of five of them. */
const ONE: usize = 16;
const CHUNK: usize = 64;
const ROW: usize = 320;

/** Bytes of 25 lines of cache: the places of the pixels, 4 bytes each, come after them. */
const SPACE: usize = 1600;

// @inline
function times(x: v128, factor: f32): v128 {
  return f32x4.mul(x, f32x4.splat(factor));
}

/** The place `i` of a tile's pixels or outputs. */
// @inline
function placeAt(space: usize, i: usize): usize {
  return <usize>load<u32>(space + SPACE + (i << 2));
}

/** Stores the places of side x side pixels, `sh` and `sw` apart; `other` for those outside. */
function setPlaces(
  space: usize,
  side: i32,
  image: usize,
  y0: i32,
  x0: i32,
  sh: i32,
  sw: i32,
  h: i32,
  w: i32,
  line: usize,
  other: usize,
): void {
  let to = space + SPACE;
  for (let i = 0; i < side; i++) {
    for (let j = 0; j < side; j++) {
      store<u32>(to, <u32>pixel(image, y0 + i * sh, x0 + j * sw, h, w, line, other));
      to += 4;
    }
  }
}

/** The transform of five pixels, stored `step` bytes apart. */
// @inline
function putImage(d0: v128, d1: v128, d2: v128, d3: v128, d4: v128, to: usize, step: usize): void {
  v128.store(to, f32x4.add(f32x4.sub(d0, times(f32x4.add(d1, d2), 1.5)), d3));
  const d13 = f32x4.add(d1, d3);
  to += step;
  v128.store(to, f32x4.sub(d13, times(d2, 2.5)));
  to += step;
  v128.store(to, f32x4.add(times(f32x4.sub(d2, d1), 0.5), d3));
  to += step;
  v128.store(to, f32x4.sub(f32x4.sub(d3, f32x4.add(d1, d1)), d2));
  to += step;
  v128.store(to, f32x4.add(f32x4.sub(d1, times(f32x4.add(d2, d3), 1.5)), d4));
}

/** The adjoint of putImage. */
// @inline
function putImageAdjoint(t0: v128, t1: v128, t2: v128, t3: v128, t4: v128, to: usize, step: usize): void {
  const halves = times(t2, 0.5);
  v128.store(to, t0);
  to += step;
  const sum = f32x4.sub(f32x4.add(t1, t4), f32x4.add(f32x4.add(t3, t3), halves));
  v128.store(to, f32x4.sub(sum, times(t0, 1.5)));
  to += step;
  const both = times(f32x4.add(t0, t4), 1.5);
  v128.store(to, f32x4.sub(f32x4.sub(halves, t3), f32x4.add(both, times(t1, 2.5))));
  to += step;
  v128.store(to, f32x4.sub(f32x4.add(f32x4.add(t0, t1), f32x4.add(t2, t3)), times(t4, 1.5)));
  to += step;
  v128.store(to, t4);
}

/** Four outputs of five products. */
// @inline
function putOutputs(m0: v128, m1: v128, m2: v128, m3: v128, m4: v128, to: usize, step: usize): void {
  v128.store(to, f32x4.add(f32x4.add(m0, m1), f32x4.add(m2, m3)));
  to += step;
  v128.store(to, f32x4.sub(f32x4.add(times(m2, 2), times(m3, 0.5)), m1));
  to += step;
  v128.store(to, f32x4.add(f32x4.add(times(m2, 4), times(m3, 0.25)), m1));
  to += step;
  v128.store(to, f32x4.add(f32x4.sub(f32x4.add(times(m2, 8), times(m3, 0.125)), m1), m4));
}

/** The adjoint of putOutputs. */
// @inline
function putOutputsAdjoint(y0: v128, y1: v128, y2: v128, y3: v128, to: usize, step: usize): void {
  v128.store(to, y0);
  to += step;
  v128.store(to, f32x4.sub(f32x4.add(y0, y2), f32x4.add(y1, y3)));
  to += step;
  v128.store(to, f32x4.add(f32x4.add(y0, times(y1, 2)), f32x4.add(times(y2, 4), times(y3, 8))));
  to += step;
  v128.store(to, f32x4.add(f32x4.add(y0, times(y1, 0.5)), f32x4.add(times(y2, 0.25), times(y3, 0.125))));
  to += step;
  v128.store(to, y3);
}

/** v[25][tile][phase][c] from the image x. The line holds zeros. */
export function winogradImage4(
  x: usize,
  v: usize,
  zeros: usize,
  first: i32,
  count: i32,
  h: i32,
  w: i32,
  c: i32,
  th: i32,
  tw: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
): void {
  const line = (<usize>c) << 2;
  const plane = <usize>(count * sh * sw) * line;
  const space = zeros + line;
  let out = v;
  for (let t = first; t < first + count; t++) {
    const n = t / (th * tw);
    const ty = t / tw - n * th;
    const tx = t % tw;
    const image = x + <usize>(n * h * w) * line;
    for (let py = 0; py < sh; py++) {
      for (let px = 0; px < sw; px++) {
        setPlaces(
          space,
          5,
          image,
          4 * ty * sh + py - top,
          4 * tx * sw + px - left,
          sh,
          sw,
          h,
          w,
          line,
          zeros,
        );
        for (let i: usize = 0; i < line; i += CHUNK) {
          const bytes = min(CHUNK, line - i);
          for (let j: usize = 0; j < 5; j++) {
            const p0 = placeAt(space, j) + i;
            const p1 = placeAt(space, j + 5) + i;
            const p2 = placeAt(space, j + 10) + i;
            const p3 = placeAt(space, j + 15) + i;
            const p4 = placeAt(space, j + 20) + i;
            const to = space + j * CHUNK;
            for (let q: usize = 0; q < bytes; q += ONE) {
              putImage(
                v128.load(p0 + q),
                v128.load(p1 + q),
                v128.load(p2 + q),
                v128.load(p3 + q),
                v128.load(p4 + q),
                to + q,
                ROW,
              );
            }
          }
          let to = out + i;
          for (let r: usize = 0; r < 5; r++) {
            const from = space + r * ROW;
            for (let q: usize = 0; q < bytes; q += ONE) {
              putImage(
                v128.load(from + q),
                v128.load(from + q, 64),
                v128.load(from + q, 128),
                v128.load(from + q, 192),
                v128.load(from + q, 256),
                to + q,
                plane,
              );
            }
            to += 5 * plane;
          }
        }
        out += line;
      }
    }
  }
}

/** The adjoint of winogradImage4: adds v into the image x. What falls outside it is added to the line. */
export function winogradImageAdjoint4(
  v: usize,
  x: usize,
  spare: usize,
  first: i32,
  count: i32,
  h: i32,
  w: i32,
  c: i32,
  th: i32,
  tw: i32,
  sh: i32,
  sw: i32,
  top: i32,
  left: i32,
): void {
  const line = (<usize>c) << 2;
  const plane = <usize>(count * sh * sw) * line;
  const space = spare + line;
  let input = v;
  for (let t = first; t < first + count; t++) {
    const n = t / (th * tw);
    const ty = t / tw - n * th;
    const tx = t % tw;
    const image = x + <usize>(n * h * w) * line;
    for (let py = 0; py < sh; py++) {
      for (let px = 0; px < sw; px++) {
        setPlaces(
          space,
          5,
          image,
          4 * ty * sh + py - top,
          4 * tx * sw + px - left,
          sh,
          sw,
          h,
          w,
          line,
          spare,
        );
        for (let i: usize = 0; i < line; i += CHUNK) {
          const bytes = min(CHUNK, line - i);
          let from = input + i;
          for (let r: usize = 0; r < 5; r++) {
            const to = space + r * ROW;
            for (let q: usize = 0; q < bytes; q += ONE) {
              putImageAdjoint(
                v128.load(from + q),
                v128.load(from + q + plane),
                v128.load(from + q + 2 * plane),
                v128.load(from + q + 3 * plane),
                v128.load(from + q + 4 * plane),
                to + q,
                CHUNK,
              );
            }
            from += 5 * plane;
          }
          for (let j: usize = 0; j < 5; j++) {
            for (let q: usize = 0; q < bytes; q += ONE) {
              const at = space + j * CHUNK + q;
              putImageAdjoint(
                v128.load(at),
                v128.load(at, 320),
                v128.load(at, 640),
                v128.load(at, 960),
                v128.load(at, 1280),
                at,
                ROW,
              );
            }
          }
          for (let p: usize = 0; p < 25; p++) {
            const to = placeAt(space, p) + i;
            const at = space + p * CHUNK;
            for (let q: usize = 0; q < bytes; q += ONE) addTo(to + q, v128.load(at + q));
          }
        }
        input += line;
      }
    }
  }
}

/** The outputs y[n][oh][ow][c] from the products m. What falls outside them is written to the line. */
export function winogradOutput4(
  m: usize,
  y: usize,
  spare: usize,
  first: i32,
  count: i32,
  oh: i32,
  ow: i32,
  c: i32,
  th: i32,
  tw: i32,
): void {
  const line = (<usize>c) << 2;
  const plane = <usize>count * line;
  const space = spare + line;
  let input = m;
  for (let t = first; t < first + count; t++) {
    const n = t / (th * tw);
    const oy = 4 * (t / tw - n * th);
    const ox = 4 * (t % tw);
    setPlaces(space, 4, y + <usize>(n * oh * ow) * line, oy, ox, 1, 1, oh, ow, line, spare);
    for (let i: usize = 0; i < line; i += CHUNK) {
      const bytes = min(CHUNK, line - i);
      let from = input + i;
      for (let r: usize = 0; r < 5; r++) {
        const to = space + r * ROW;
        for (let q: usize = 0; q < bytes; q += ONE) {
          putOutputs(
            v128.load(from + q),
            v128.load(from + q + plane),
            v128.load(from + q + 2 * plane),
            v128.load(from + q + 3 * plane),
            v128.load(from + q + 4 * plane),
            to + q,
            CHUNK,
          );
        }
        from += 5 * plane;
      }
      for (let j: usize = 0; j < 4; j++) {
        for (let q: usize = 0; q < bytes; q += ONE) {
          const at = space + j * CHUNK + q;
          putOutputs(
            v128.load(at),
            v128.load(at, 320),
            v128.load(at, 640),
            v128.load(at, 960),
            v128.load(at, 1280),
            at,
            ROW,
          );
        }
        for (let r: usize = 0; r < 4; r++) {
          const to = placeAt(space, 4 * r + j) + i;
          const at = space + r * ROW + j * CHUNK;
          for (let q: usize = 0; q < bytes; q += ONE) v128.store(to + q, v128.load(at + q));
        }
      }
    }
    input += line;
  }
}

/** The adjoint of winogradOutput4: m from y. The line holds zeros. */
export function winogradOutputAdjoint4(
  y: usize,
  m: usize,
  zeros: usize,
  first: i32,
  count: i32,
  oh: i32,
  ow: i32,
  c: i32,
  th: i32,
  tw: i32,
): void {
  const line = (<usize>c) << 2;
  const plane = <usize>count * line;
  const space = zeros + line;
  let out = m;
  for (let t = first; t < first + count; t++) {
    const n = t / (th * tw);
    const oy = 4 * (t / tw - n * th);
    const ox = 4 * (t % tw);
    setPlaces(space, 4, y + <usize>(n * oh * ow) * line, oy, ox, 1, 1, oh, ow, line, zeros);
    for (let i: usize = 0; i < line; i += CHUNK) {
      const bytes = min(CHUNK, line - i);
      for (let j: usize = 0; j < 4; j++) {
        const p0 = placeAt(space, j) + i;
        const p1 = placeAt(space, j + 4) + i;
        const p2 = placeAt(space, j + 8) + i;
        const p3 = placeAt(space, j + 12) + i;
        const to = space + j * CHUNK;
        for (let q: usize = 0; q < bytes; q += ONE) {
          putOutputsAdjoint(
            v128.load(p0 + q),
            v128.load(p1 + q),
            v128.load(p2 + q),
            v128.load(p3 + q),
            to + q,
            ROW,
          );
        }
      }
      let to = out + i;
      for (let r: usize = 0; r < 5; r++) {
        const from = space + r * ROW;
        for (let q: usize = 0; q < bytes; q += ONE) {
          putOutputsAdjoint(
            v128.load(from + q),
            v128.load(from + q, 64),
            v128.load(from + q, 128),
            v128.load(from + q, 192),
            to + q,
            plane,
          );
        }
        to += 5 * plane;
      }
    }
    out += line;
  }
}

// @inline
function filter1(g0: v128, g1: v128): v128 {
  return times(f32x4.sub(g1, g0), 2.0 / 9);
}

// @inline
function filter2(g0: v128, g1: v128): v128 {
  return times(f32x4.add(g0, f32x4.add(g1, g1)), 1.0 / 9);
}

// @inline
function filter3(g0: v128, g1: v128): v128 {
  return times(f32x4.add(f32x4.add(g0, g0), g1), -4.0 / 9);
}

/** Row `r` of the transform of two taps. */
// @inline
function filterRow(r: i32, g0: v128, g1: v128): v128 {
  if (r === 0) return g0;
  if (r === 1) return filter1(g0, g1);
  if (r === 2) return filter2(g0, g1);
  return r === 3 ? filter3(g0, g1) : g1;
}

/** The transform of two taps. */
// @inline
function putFilter(g0: v128, g1: v128, to: usize, step: usize): void {
  v128.store(to, g0);
  to += step;
  v128.store(to, filter1(g0, g1));
  to += step;
  v128.store(to, filter2(g0, g1));
  to += step;
  v128.store(to, filter3(g0, g1));
  to += step;
  v128.store(to, g1);
}

/** u from the filter [kh][kw][size], where kh = 2 sh, kw = 2 sw and size = ci co: elements [from, from + count) of the taps. */
export function winogradFilter4(
  filter: usize,
  u: usize,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  size: i32,
  from: i32,
  count: i32,
): void {
  const line = (<usize>size) << 2;
  const plane = <usize>(sh * sw) * line;
  const row = <usize>kw * line;
  const start = (<usize>from) << 2;
  const end = start + ((<usize>count) << 2);
  const step = <usize>sw * line;
  let out = u;
  for (let py = 0; py < sh; py++) {
    for (let px = 0; px < sw; px++) {
      const top = filter + <usize>py * row + <usize>px * line;
      const bottom = top + <usize>(kh >> 1) * row;
      for (let i = start; i < end; i += CHUNK) {
        const stop = min(i + CHUNK, end);
        for (let r = 0; r < 5; r++) {
          for (let q = i; q < stop; q += ONE) {
            const a0 = v128.load(top + q);
            const a1 = v128.load(bottom + q);
            const b0 = v128.load(top + step + q);
            const b1 = v128.load(bottom + step + q);
            putFilter(filterRow(r, a0, a1), filterRow(r, b0, b1), out + q + <usize>(5 * r) * plane, plane);
          }
        }
      }
      out += line;
    }
  }
}

/** The first tap of the adjoint of putFilter. */
// @inline
function firstTap(u0: v128, u1: v128, u2: v128, u3: v128): v128 {
  return f32x4.add(u0, times(f32x4.sub(u2, f32x4.add(times(u1, 2), times(u3, 8))), 1.0 / 9));
}

/** The second. */
// @inline
function secondTap(u1: v128, u2: v128, u3: v128, u4: v128): v128 {
  return f32x4.add(u4, times(f32x4.sub(f32x4.add(u1, u2), times(u3, 2)), 2.0 / 9));
}

/** The first tap across of the row of u at `from`. */
// @inline
function firstOf(from: usize, plane: usize): v128 {
  return firstTap(
    v128.load(from),
    v128.load(from + plane),
    v128.load(from + 2 * plane),
    v128.load(from + 3 * plane),
  );
}

/** The second. */
// @inline
function secondOf(from: usize, plane: usize): v128 {
  return secondTap(
    v128.load(from + plane),
    v128.load(from + 2 * plane),
    v128.load(from + 3 * plane),
    v128.load(from + 4 * plane),
  );
}

/** The adjoint of winogradFilter4: the filter's gradient from that of u. */
export function winogradFilterAdjoint4(
  u: usize,
  filter: usize,
  kh: i32,
  kw: i32,
  sh: i32,
  sw: i32,
  size: i32,
): void {
  const line = (<usize>size) << 2;
  const plane = <usize>(sh * sw) * line;
  const row = <usize>kw * line;
  const step = <usize>sw * line;
  const next = 5 * plane;
  let input = u;
  for (let py = 0; py < sh; py++) {
    for (let px = 0; px < sw; px++) {
      const top = filter + <usize>py * row + <usize>px * line;
      const bottom = top + <usize>(kh >> 1) * row;
      for (let i: usize = 0; i < line; i += ONE) {
        const at = input + i;
        const a0 = firstOf(at, plane);
        const a1 = firstOf(at + next, plane);
        const a2 = firstOf(at + 2 * next, plane);
        const a3 = firstOf(at + 3 * next, plane);
        const a4 = firstOf(at + 4 * next, plane);
        v128.store(top + i, firstTap(a0, a1, a2, a3));
        v128.store(bottom + i, secondTap(a1, a2, a3, a4));
        const b0 = secondOf(at, plane);
        const b1 = secondOf(at + next, plane);
        const b2 = secondOf(at + 2 * next, plane);
        const b3 = secondOf(at + 3 * next, plane);
        const b4 = secondOf(at + 4 * next, plane);
        v128.store(top + step + i, firstTap(b0, b1, b2, b3));
        v128.store(bottom + step + i, secondTap(b1, b2, b3, b4));
      }
      input += line;
    }
  }
}
