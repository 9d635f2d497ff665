// The transforms of Winograd's F(2 x 2, 3 x 3), Lavin and Gray 2016 (arXiv:1509.09308), section 4.1: as in winograd2.ts, but
// for filters of three taps in each phase, with four products for two outputs, not six:
//
//   y0 = d0 g0 + d1 g1 + d2 g2 = m0 + m1 + m2        m0 = (d0 - d2) g0
//   y1 = d1 g0 + d2 g1 + d3 g2 = m1 - m2 - m3        m1 = (d1 + d2) (g0 + g1 + g2) / 2
//                                                    m2 = (d2 - d1) (g0 - g1 + g2) / 2
//                                                    m3 = (d1 - d3) g2
//
// and so in both directions: 16 products for four outputs, not 36. The kernel has up to 3 s taps, the missing ones being zero.

import { addTo, pixel } from './winograd2';

/** v[16][tile][phase][c] from the image x. `zeros` holds c zeros. */
export function winogradImage3(
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
  let at = v;
  for (let t = first; t < first + count; t++) {
    const n = t / (th * tw);
    const ty = t / tw - n * th;
    const tx = t % tw;
    const image = x + <usize>(n * h * w) * line;
    for (let py = 0; py < sh; py++) {
      for (let px = 0; px < sw; px++) {
        const y0 = 2 * ty * sh + py - top;
        const x0 = 2 * tx * sw + px - left;
        const p00 = pixel(image, y0, x0, h, w, line, zeros);
        const p01 = pixel(image, y0, x0 + sw, h, w, line, zeros);
        const p02 = pixel(image, y0, x0 + 2 * sw, h, w, line, zeros);
        const p03 = pixel(image, y0, x0 + 3 * sw, h, w, line, zeros);
        const p10 = pixel(image, y0 + sh, x0, h, w, line, zeros);
        const p11 = pixel(image, y0 + sh, x0 + sw, h, w, line, zeros);
        const p12 = pixel(image, y0 + sh, x0 + 2 * sw, h, w, line, zeros);
        const p13 = pixel(image, y0 + sh, x0 + 3 * sw, h, w, line, zeros);
        const p20 = pixel(image, y0 + 2 * sh, x0, h, w, line, zeros);
        const p21 = pixel(image, y0 + 2 * sh, x0 + sw, h, w, line, zeros);
        const p22 = pixel(image, y0 + 2 * sh, x0 + 2 * sw, h, w, line, zeros);
        const p23 = pixel(image, y0 + 2 * sh, x0 + 3 * sw, h, w, line, zeros);
        const p30 = pixel(image, y0 + 3 * sh, x0, h, w, line, zeros);
        const p31 = pixel(image, y0 + 3 * sh, x0 + sw, h, w, line, zeros);
        const p32 = pixel(image, y0 + 3 * sh, x0 + 2 * sw, h, w, line, zeros);
        const p33 = pixel(image, y0 + 3 * sh, x0 + 3 * sw, h, w, line, zeros);
        for (let i: usize = 0; i < line; i += 16) {
          const r10 = v128.load(p10 + i);
          const r20 = v128.load(p20 + i);
          const d00 = f32x4.sub(v128.load(p00 + i), r20);
          const d10 = f32x4.add(r10, r20);
          const d20 = f32x4.sub(r20, r10);
          const d30 = f32x4.sub(r10, v128.load(p30 + i));
          const r11 = v128.load(p11 + i);
          const r21 = v128.load(p21 + i);
          const d01 = f32x4.sub(v128.load(p01 + i), r21);
          const d11 = f32x4.add(r11, r21);
          const d21 = f32x4.sub(r21, r11);
          const d31 = f32x4.sub(r11, v128.load(p31 + i));
          const r12 = v128.load(p12 + i);
          const r22 = v128.load(p22 + i);
          const d02 = f32x4.sub(v128.load(p02 + i), r22);
          const d12 = f32x4.add(r12, r22);
          const d22 = f32x4.sub(r22, r12);
          const d32 = f32x4.sub(r12, v128.load(p32 + i));
          const r13 = v128.load(p13 + i);
          const r23 = v128.load(p23 + i);
          const d03 = f32x4.sub(v128.load(p03 + i), r23);
          const d13 = f32x4.add(r13, r23);
          const d23 = f32x4.sub(r23, r13);
          const d33 = f32x4.sub(r13, v128.load(p33 + i));
          let to = at + i;
          v128.store(to, f32x4.sub(d00, d02));
          to += plane;
          v128.store(to, f32x4.add(d01, d02));
          to += plane;
          v128.store(to, f32x4.sub(d02, d01));
          to += plane;
          v128.store(to, f32x4.sub(d01, d03));
          to += plane;
          v128.store(to, f32x4.sub(d10, d12));
          to += plane;
          v128.store(to, f32x4.add(d11, d12));
          to += plane;
          v128.store(to, f32x4.sub(d12, d11));
          to += plane;
          v128.store(to, f32x4.sub(d11, d13));
          to += plane;
          v128.store(to, f32x4.sub(d20, d22));
          to += plane;
          v128.store(to, f32x4.add(d21, d22));
          to += plane;
          v128.store(to, f32x4.sub(d22, d21));
          to += plane;
          v128.store(to, f32x4.sub(d21, d23));
          to += plane;
          v128.store(to, f32x4.sub(d30, d32));
          to += plane;
          v128.store(to, f32x4.add(d31, d32));
          to += plane;
          v128.store(to, f32x4.sub(d32, d31));
          to += plane;
          v128.store(to, f32x4.sub(d31, d33));
        }
        at += line;
      }
    }
  }
}

/** The adjoint of winogradImage3: adds v into the image x. What falls outside it is added to `spare`, c floats. */
export function winogradImageAdjoint3(
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
  let at = v;
  for (let t = first; t < first + count; t++) {
    const n = t / (th * tw);
    const ty = t / tw - n * th;
    const tx = t % tw;
    const image = x + <usize>(n * h * w) * line;
    for (let py = 0; py < sh; py++) {
      for (let px = 0; px < sw; px++) {
        const y0 = 2 * ty * sh + py - top;
        const x0 = 2 * tx * sw + px - left;
        const p00 = pixel(image, y0, x0, h, w, line, spare);
        const p01 = pixel(image, y0, x0 + sw, h, w, line, spare);
        const p02 = pixel(image, y0, x0 + 2 * sw, h, w, line, spare);
        const p03 = pixel(image, y0, x0 + 3 * sw, h, w, line, spare);
        const p10 = pixel(image, y0 + sh, x0, h, w, line, spare);
        const p11 = pixel(image, y0 + sh, x0 + sw, h, w, line, spare);
        const p12 = pixel(image, y0 + sh, x0 + 2 * sw, h, w, line, spare);
        const p13 = pixel(image, y0 + sh, x0 + 3 * sw, h, w, line, spare);
        const p20 = pixel(image, y0 + 2 * sh, x0, h, w, line, spare);
        const p21 = pixel(image, y0 + 2 * sh, x0 + sw, h, w, line, spare);
        const p22 = pixel(image, y0 + 2 * sh, x0 + 2 * sw, h, w, line, spare);
        const p23 = pixel(image, y0 + 2 * sh, x0 + 3 * sw, h, w, line, spare);
        const p30 = pixel(image, y0 + 3 * sh, x0, h, w, line, spare);
        const p31 = pixel(image, y0 + 3 * sh, x0 + sw, h, w, line, spare);
        const p32 = pixel(image, y0 + 3 * sh, x0 + 2 * sw, h, w, line, spare);
        const p33 = pixel(image, y0 + 3 * sh, x0 + 3 * sw, h, w, line, spare);
        for (let i: usize = 0; i < line; i += 16) {
          let from = at + i;
          const v00 = v128.load(from);
          from += plane;
          const v01 = v128.load(from);
          from += plane;
          const v02 = v128.load(from);
          from += plane;
          const v03 = v128.load(from);
          from += plane;
          const d01 = f32x4.add(f32x4.sub(v01, v02), v03);
          const d02 = f32x4.sub(f32x4.add(v01, v02), v00);
          const v10 = v128.load(from);
          from += plane;
          const v11 = v128.load(from);
          from += plane;
          const v12 = v128.load(from);
          from += plane;
          const v13 = v128.load(from);
          from += plane;
          const d11 = f32x4.add(f32x4.sub(v11, v12), v13);
          const d12 = f32x4.sub(f32x4.add(v11, v12), v10);
          const v20 = v128.load(from);
          from += plane;
          const v21 = v128.load(from);
          from += plane;
          const v22 = v128.load(from);
          from += plane;
          const v23 = v128.load(from);
          from += plane;
          const d21 = f32x4.add(f32x4.sub(v21, v22), v23);
          const d22 = f32x4.sub(f32x4.add(v21, v22), v20);
          const v30 = v128.load(from);
          from += plane;
          const v31 = v128.load(from);
          from += plane;
          const v32 = v128.load(from);
          from += plane;
          const v33 = v128.load(from);
          const d31 = f32x4.add(f32x4.sub(v31, v32), v33);
          const d32 = f32x4.sub(f32x4.add(v31, v32), v30);
          addTo(p00 + i, v00);
          addTo(p10 + i, f32x4.add(f32x4.sub(v10, v20), v30));
          addTo(p20 + i, f32x4.sub(f32x4.add(v10, v20), v00));
          subtractFrom(p30 + i, v30);
          addTo(p01 + i, d01);
          addTo(p11 + i, f32x4.add(f32x4.sub(d11, d21), d31));
          addTo(p21 + i, f32x4.sub(f32x4.add(d11, d21), d01));
          subtractFrom(p31 + i, d31);
          addTo(p02 + i, d02);
          addTo(p12 + i, f32x4.add(f32x4.sub(d12, d22), d32));
          addTo(p22 + i, f32x4.sub(f32x4.add(d12, d22), d02));
          subtractFrom(p32 + i, d32);
          subtractFrom(p03 + i, v03);
          subtractFrom(p13 + i, f32x4.add(f32x4.sub(v13, v23), v33));
          subtractFrom(p23 + i, f32x4.sub(f32x4.add(v13, v23), v03));
          addTo(p33 + i, v33);
        }
        at += line;
      }
    }
  }
}

function subtractFrom(at: usize, value: v128): void {
  v128.store(at, f32x4.sub(v128.load(at), value));
}

/** The outputs y[n][oh][ow][c] from the products m[16][tile][c]. */
export function winogradOutput3(
  m: usize,
  y: usize,
  _line: usize,
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
  let at = m;
  for (let t = first; t < first + count; t++) {
    const n = t / (th * tw);
    const oy = 2 * (t / tw - n * th);
    const ox = 2 * (t % tw);
    const tile = y + <usize>((n * oh + oy) * ow + ox) * line;
    const below = oy + 1 < oh;
    const right = ox + 1 < ow;
    for (let i: usize = 0; i < line; i += 16) {
      let from = at + i;
      const m00 = v128.load(from);
      from += plane;
      const m01 = v128.load(from);
      from += plane;
      const m02 = v128.load(from);
      from += plane;
      const m03 = v128.load(from);
      from += plane;
      const a0 = f32x4.add(f32x4.add(m00, m01), m02);
      const b0 = f32x4.sub(f32x4.sub(m01, m02), m03);
      const m10 = v128.load(from);
      from += plane;
      const m11 = v128.load(from);
      from += plane;
      const m12 = v128.load(from);
      from += plane;
      const m13 = v128.load(from);
      from += plane;
      const a1 = f32x4.add(f32x4.add(m10, m11), m12);
      const b1 = f32x4.sub(f32x4.sub(m11, m12), m13);
      const m20 = v128.load(from);
      from += plane;
      const m21 = v128.load(from);
      from += plane;
      const m22 = v128.load(from);
      from += plane;
      const m23 = v128.load(from);
      from += plane;
      const a2 = f32x4.add(f32x4.add(m20, m21), m22);
      const b2 = f32x4.sub(f32x4.sub(m21, m22), m23);
      const m30 = v128.load(from);
      from += plane;
      const m31 = v128.load(from);
      from += plane;
      const m32 = v128.load(from);
      from += plane;
      const m33 = v128.load(from);
      const a3 = f32x4.add(f32x4.add(m30, m31), m32);
      const b3 = f32x4.sub(f32x4.sub(m31, m32), m33);
      const to = tile + i;
      v128.store(to, f32x4.add(f32x4.add(a0, a1), a2));
      if (right) v128.store(to + line, f32x4.add(f32x4.add(b0, b1), b2));
      if (below) {
        const next = to + <usize>ow * line;
        v128.store(next, f32x4.sub(f32x4.sub(a1, a2), a3));
        if (right) v128.store(next + line, f32x4.sub(f32x4.sub(b1, b2), b3));
      }
    }
    at += line;
  }
}

/** The adjoint of winogradOutput3: m from y. */
export function winogradOutputAdjoint3(
  y: usize,
  m: usize,
  _line: usize,
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
  let at = m;
  for (let t = first; t < first + count; t++) {
    const n = t / (th * tw);
    const oy = 2 * (t / tw - n * th);
    const ox = 2 * (t % tw);
    const tile = y + <usize>((n * oh + oy) * ow + ox) * line;
    const below = oy + 1 < oh;
    const right = ox + 1 < ow;
    for (let i: usize = 0; i < line; i += 16) {
      const from = tile + i;
      const next = from + <usize>ow * line;
      const zero = f32x4.splat(0);
      const y00 = v128.load(from);
      const y01 = right ? v128.load(from + line) : zero;
      const y10 = below ? v128.load(next) : zero;
      const y11 = below && right ? v128.load(next + line) : zero;
      let to = at + i;
      to = putFour(to, plane, y00, y01);
      to = putFour(to, plane, f32x4.add(y00, y10), f32x4.add(y01, y11));
      to = putFour(to, plane, f32x4.sub(y00, y10), f32x4.sub(y01, y11));
      putFour(to, plane, f32x4.neg(y10), f32x4.neg(y11));
    }
    at += line;
  }
}

/** Stores the four points that two outputs give along one axis. */
function putFour(to: usize, plane: usize, y0: v128, y1: v128): usize {
  v128.store(to, y0);
  v128.store(to + plane, f32x4.add(y0, y1));
  v128.store(to + 2 * plane, f32x4.sub(y0, y1));
  v128.store(to + 3 * plane, f32x4.neg(y1));
  return to + 4 * plane;
}

/** u[16][phase][ci][co] from the filter [kh][kw][size], where size = ci co: elements [from, from + count) of the taps. */
export function winogradFilter3(
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
  const step = <usize>sw * line;
  const row = <usize>(sh * kw) * line;
  const start = (<usize>from) << 2;
  const end = start + ((<usize>count) << 2);
  let at = u;
  for (let py = 0; py < sh; py++) {
    for (let px = 0; px < sw; px++) {
      const taps = filter + <usize>(py * kw + px) * line;
      const below = py + 2 * sh < kh;
      const right = px + 2 * sw < kw;
      for (let i = start; i < end; i += 16) {
        const zero = f32x4.splat(0);
        const g00 = v128.load(taps + i);
        const g01 = v128.load(taps + step + i);
        const g02 = right ? v128.load(taps + 2 * step + i) : zero;
        const g10 = v128.load(taps + row + i);
        const g11 = v128.load(taps + row + step + i);
        const g12 = right ? v128.load(taps + row + 2 * step + i) : zero;
        const g20 = below ? v128.load(taps + 2 * row + i) : zero;
        const g21 = below ? v128.load(taps + 2 * row + step + i) : zero;
        const g22 = below && right ? v128.load(taps + 2 * row + 2 * step + i) : zero;
        const half = f32x4.splat(0.5);
        const e0 = f32x4.mul(f32x4.add(g00, g20), half);
        const f0 = f32x4.mul(g10, half);
        const e1 = f32x4.mul(f32x4.add(g01, g21), half);
        const f1 = f32x4.mul(g11, half);
        const e2 = f32x4.mul(f32x4.add(g02, g22), half);
        const f2 = f32x4.mul(g12, half);
        let to = at + i;
        to = putTaps(to, plane, g00, g01, g02);
        to = putTaps(to, plane, f32x4.add(e0, f0), f32x4.add(e1, f1), f32x4.add(e2, f2));
        to = putTaps(to, plane, f32x4.sub(e0, f0), f32x4.sub(e1, f1), f32x4.sub(e2, f2));
        putTaps(to, plane, g20, g21, g22);
      }
      at += line;
    }
  }
}

/** Stores the four points that three taps give along one axis. */
function putTaps(to: usize, plane: usize, g0: v128, g1: v128, g2: v128): usize {
  const half = f32x4.splat(0.5);
  const ends = f32x4.mul(f32x4.add(g0, g2), half);
  const middle = f32x4.mul(g1, half);
  v128.store(to, g0);
  v128.store(to + plane, f32x4.add(ends, middle));
  v128.store(to + 2 * plane, f32x4.sub(ends, middle));
  v128.store(to + 3 * plane, g2);
  return to + 4 * plane;
}

/** The adjoint of winogradFilter3: the gradient of the filter from that of u. */
export function winogradFilterAdjoint3(
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
  const step = <usize>sw * line;
  const row = <usize>(sh * kw) * line;
  let at = u;
  for (let py = 0; py < sh; py++) {
    for (let px = 0; px < sw; px++) {
      const taps = filter + <usize>(py * kw + px) * line;
      const below = py + 2 * sh < kh;
      const right = px + 2 * sw < kw;
      for (let i: usize = 0; i < line; i += 16) {
        const half = f32x4.splat(0.5);
        let from = at + i;
        const u00 = v128.load(from);
        from += plane;
        const u01 = v128.load(from);
        from += plane;
        const u02 = v128.load(from);
        from += plane;
        const u03 = v128.load(from);
        from += plane;
        const e0 = f32x4.mul(f32x4.add(u01, u02), half);
        const a0 = f32x4.add(u00, e0);
        const b0 = f32x4.mul(f32x4.sub(u01, u02), half);
        const c0 = f32x4.add(e0, u03);
        const u10 = v128.load(from);
        from += plane;
        const u11 = v128.load(from);
        from += plane;
        const u12 = v128.load(from);
        from += plane;
        const u13 = v128.load(from);
        from += plane;
        const e1 = f32x4.mul(f32x4.add(u11, u12), half);
        const a1 = f32x4.add(u10, e1);
        const b1 = f32x4.mul(f32x4.sub(u11, u12), half);
        const c1 = f32x4.add(e1, u13);
        const u20 = v128.load(from);
        from += plane;
        const u21 = v128.load(from);
        from += plane;
        const u22 = v128.load(from);
        from += plane;
        const u23 = v128.load(from);
        from += plane;
        const e2 = f32x4.mul(f32x4.add(u21, u22), half);
        const a2 = f32x4.add(u20, e2);
        const b2 = f32x4.mul(f32x4.sub(u21, u22), half);
        const c2 = f32x4.add(e2, u23);
        const u30 = v128.load(from);
        from += plane;
        const u31 = v128.load(from);
        from += plane;
        const u32 = v128.load(from);
        from += plane;
        const u33 = v128.load(from);
        const e3 = f32x4.mul(f32x4.add(u31, u32), half);
        const a3 = f32x4.add(u30, e3);
        const b3 = f32x4.mul(f32x4.sub(u31, u32), half);
        const c3 = f32x4.add(e3, u33);
        const a = f32x4.mul(f32x4.add(a1, a2), half);
        v128.store(taps + i, f32x4.add(a0, a));
        v128.store(taps + row + i, f32x4.mul(f32x4.sub(a1, a2), half));
        if (below) v128.store(taps + 2 * row + i, f32x4.add(a, a3));
        const b = f32x4.mul(f32x4.add(b1, b2), half);
        v128.store(taps + step + i, f32x4.add(b0, b));
        v128.store(taps + row + step + i, f32x4.mul(f32x4.sub(b1, b2), half));
        if (below) v128.store(taps + 2 * row + step + i, f32x4.add(b, b3));
        const c = f32x4.mul(f32x4.add(c1, c2), half);
        if (right) v128.store(taps + 2 * step + i, f32x4.add(c0, c));
        if (right) v128.store(taps + row + 2 * step + i, f32x4.mul(f32x4.sub(c1, c2), half));
        if (below && right) v128.store(taps + 2 * row + 2 * step + i, f32x4.add(c, c3));
      }
      at += line;
    }
  }
}
