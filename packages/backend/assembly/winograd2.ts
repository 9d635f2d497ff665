// The transforms of Winograd's F(2 x 2, 2 x 2): Winograd 1980, "Arithmetic complexity of computations";
// Lavin and Gray 2016 (arXiv:1509.09308) for convolutions. Two outputs of a filter of two taps take three products, not four:
//
//   y0 = d0 g0 + d1 g1 = m0 + m1        m0 = (d0 - d1) g0
//   y1 = d1 g0 + d2 g1 = m1 + m2        m1 = d1 (g0 + g1)
//                                       m2 = (d2 - d1) g1
//
// and so in both directions: nine products for four outputs, not sixteen. There are only additions before and after the products.
// A convolution with stride s and kernel 2 s is a sum of s x s such filters, each on the pixels of one phase, s apart.
//
// A tile is 2 x 2 outputs, [n][th][tw] of them. The transformed image is v[9][tile][phase][c], the transformed filter
// u[9][phase][ci][co], the products m[9][tile][co]; `count` tiles from `first` on are transformed at a time. Channels are
// a multiple of 4.
//
// The planes of v, u and m often lie a power of two apart, so that their lines of cache displace one another. So 16 channels, one line of
// cache, are done at a time, and are written to three planes at a time.

/** Bytes of a line of cache. */
const CHUNK: usize = 64;

/** The place of a pixel, or `other` where it lies outside the image. */
export function pixel(image: usize, yy: i32, xx: i32, h: i32, w: i32, line: usize, other: usize): usize {
  return yy < 0 || yy >= h || xx < 0 || xx >= w ? other : image + <usize>(yy * w + xx) * line;
}

/** v from the image x. `zeros` holds c zeros. */
export function winogradImage2(
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
  let out = v;
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
        const p10 = pixel(image, y0 + sh, x0, h, w, line, zeros);
        const p11 = pixel(image, y0 + sh, x0 + sw, h, w, line, zeros);
        const p12 = pixel(image, y0 + sh, x0 + 2 * sw, h, w, line, zeros);
        const p20 = pixel(image, y0 + 2 * sh, x0, h, w, line, zeros);
        const p21 = pixel(image, y0 + 2 * sh, x0 + sw, h, w, line, zeros);
        const p22 = pixel(image, y0 + 2 * sh, x0 + 2 * sw, h, w, line, zeros);
        for (let i: usize = 0; i < line; i += CHUNK) {
          const end = min(line, i + CHUNK);
          for (let q = i; q < end; q += 16) {
            const d0 = f32x4.sub(v128.load(p00 + q), v128.load(p10 + q));
            const d1 = f32x4.sub(v128.load(p01 + q), v128.load(p11 + q));
            const d2 = f32x4.sub(v128.load(p02 + q), v128.load(p12 + q));
            putThree(out + q, plane, d0, d1, d2);
          }
          const second = out + 3 * plane;
          for (let q = i; q < end; q += 16) {
            putThree(second + q, plane, v128.load(p10 + q), v128.load(p11 + q), v128.load(p12 + q));
          }
          const third = second + 3 * plane;
          for (let q = i; q < end; q += 16) {
            const d0 = f32x4.sub(v128.load(p20 + q), v128.load(p10 + q));
            const d1 = f32x4.sub(v128.load(p21 + q), v128.load(p11 + q));
            const d2 = f32x4.sub(v128.load(p22 + q), v128.load(p12 + q));
            putThree(third + q, plane, d0, d1, d2);
          }
        }
        out += line;
      }
    }
  }
}

/** The transform of three pixels. */
// @inline
function putThree(at: usize, plane: usize, d0: v128, d1: v128, d2: v128): void {
  v128.store(at, f32x4.sub(d0, d1));
  v128.store(at + plane, d1);
  v128.store(at + 2 * plane, f32x4.sub(d2, d1));
}

/** The adjoint of winogradImage2: adds v into the image x. What falls outside it is added to `spare`, c floats. */
export function winogradImageAdjoint2(
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
  let input = v;
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
        const p10 = pixel(image, y0 + sh, x0, h, w, line, spare);
        const p11 = pixel(image, y0 + sh, x0 + sw, h, w, line, spare);
        const p12 = pixel(image, y0 + sh, x0 + 2 * sw, h, w, line, spare);
        const p20 = pixel(image, y0 + 2 * sh, x0, h, w, line, spare);
        const p21 = pixel(image, y0 + 2 * sh, x0 + sw, h, w, line, spare);
        const p22 = pixel(image, y0 + 2 * sh, x0 + 2 * sw, h, w, line, spare);
        for (let i: usize = 0; i < line; i += 16) {
          let from = input + i;
          const v00 = v128.load(from);
          from += plane;
          const v01 = v128.load(from);
          from += plane;
          const v02 = v128.load(from);
          from += plane;
          const d0 = f32x4.sub(f32x4.sub(v01, v00), v02);
          const v10 = v128.load(from);
          from += plane;
          const v11 = v128.load(from);
          from += plane;
          const v12 = v128.load(from);
          from += plane;
          const d1 = f32x4.sub(f32x4.sub(v11, v10), v12);
          const v20 = v128.load(from);
          from += plane;
          const v21 = v128.load(from);
          from += plane;
          const v22 = v128.load(from);
          const d2 = f32x4.sub(f32x4.sub(v21, v20), v22);
          addTo(p00 + i, v00);
          addTo(p10 + i, f32x4.sub(f32x4.sub(v10, v00), v20));
          addTo(p20 + i, v20);
          addTo(p01 + i, d0);
          addTo(p11 + i, f32x4.sub(f32x4.sub(d1, d0), d2));
          addTo(p21 + i, d2);
          addTo(p02 + i, v02);
          addTo(p12 + i, f32x4.sub(f32x4.sub(v12, v02), v22));
          addTo(p22 + i, v22);
        }
        input += line;
      }
    }
  }
}

export function addTo(at: usize, value: v128): void {
  v128.store(at, f32x4.add(v128.load(at), value));
}

/** The outputs y[n][oh][ow][c] from the products m. */
export function winogradOutput2(
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
  let input = m;
  for (let t = first; t < first + count; t++) {
    const n = t / (th * tw);
    const oy = 2 * (t / tw - n * th);
    const ox = 2 * (t % tw);
    const out = y + <usize>((n * oh + oy) * ow + ox) * line;
    const below = oy + 1 < oh;
    const right = ox + 1 < ow;
    for (let i: usize = 0; i < line; i += 16) {
      let from = input + i;
      const m00 = v128.load(from);
      from += plane;
      const m01 = v128.load(from);
      from += plane;
      const m02 = v128.load(from);
      from += plane;
      const a0 = f32x4.add(m00, m01);
      const b0 = f32x4.add(m01, m02);
      const m10 = v128.load(from);
      from += plane;
      const m11 = v128.load(from);
      from += plane;
      const m12 = v128.load(from);
      from += plane;
      const a1 = f32x4.add(m10, m11);
      const b1 = f32x4.add(m11, m12);
      const m20 = v128.load(from);
      from += plane;
      const m21 = v128.load(from);
      from += plane;
      const m22 = v128.load(from);
      const a2 = f32x4.add(m20, m21);
      const b2 = f32x4.add(m21, m22);
      const to = out + i;
      v128.store(to, f32x4.add(a0, a1));
      if (right) v128.store(to + line, f32x4.add(b0, b1));
      if (below) {
        const next = to + <usize>ow * line;
        v128.store(next, f32x4.add(a1, a2));
        if (right) v128.store(next + line, f32x4.add(b1, b2));
      }
    }
    input += line;
  }
}

/** The adjoint of winogradOutput2: m from y. */
export function winogradOutputAdjoint2(
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
  let out = m;
  for (let t = first; t < first + count; t++) {
    const n = t / (th * tw);
    const oy = 2 * (t / tw - n * th);
    const ox = 2 * (t % tw);
    const tile = y + <usize>((n * oh + oy) * ow + ox) * line;
    const below = oy + 1 < oh;
    const right = ox + 1 < ow;
    for (let i: usize = 0; i < line; i += CHUNK) {
      const end = min(line, i + CHUNK);
      for (let r = 0; r < 3; r++) {
        const to = out + <usize>(3 * r) * plane;
        for (let q = i; q < end; q += 16) {
          const at = tile + q;
          const next = at + <usize>ow * line;
          const y00 = v128.load(at);
          const y01 = right ? v128.load(at + line) : f32x4.splat(0);
          const y10 = below ? v128.load(next) : f32x4.splat(0);
          const y11 = below && right ? v128.load(next + line) : f32x4.splat(0);
          putSums(to + q, plane, rowOf(r, y00, y10), rowOf(r, y01, y11));
        }
      }
    }
    out += line;
  }
}

/** Row `r` of three sums, down. Both the transform of a filter and the adjoint of that of the outputs are such sums. */
// @inline
function rowOf(r: i32, top: v128, bottom: v128): v128 {
  if (r === 1) return f32x4.add(top, bottom);
  return r === 0 ? top : bottom;
}

/** The three sums across. */
// @inline
function putSums(at: usize, plane: usize, left: v128, right: v128): void {
  v128.store(at, left);
  v128.store(at + plane, f32x4.add(left, right));
  v128.store(at + 2 * plane, right);
}

/** u from the filter [kh][kw][size], where kh = 2 sh, kw = 2 sw and size = ci co: elements [from, from + count) of the taps. */
export function winogradFilter2(
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
  let out = u;
  for (let py = 0; py < sh; py++) {
    for (let px = 0; px < sw; px++) {
      const top = filter + <usize>py * row + <usize>px * line;
      const bottom = top + <usize>(kh >> 1) * row;
      const step = <usize>sw * line;
      for (let i = start; i < end; i += CHUNK) {
        const stop = min(end, i + CHUNK);
        for (let r = 0; r < 3; r++) {
          const to = out + <usize>(3 * r) * plane;
          for (let q = i; q < stop; q += 16) {
            const first = rowOf(r, v128.load(top + q), v128.load(bottom + q));
            const second = rowOf(r, v128.load(top + step + q), v128.load(bottom + step + q));
            putSums(to + q, plane, first, second);
          }
        }
      }
      out += line;
    }
  }
}

/** The adjoint of winogradFilter2: the filter's gradient from that of u. */
export function winogradFilterAdjoint2(
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
  let input = u;
  for (let py = 0; py < sh; py++) {
    for (let px = 0; px < sw; px++) {
      const top = filter + <usize>py * row + <usize>px * line;
      const bottom = top + <usize>(kh >> 1) * row;
      const step = <usize>sw * line;
      for (let i: usize = 0; i < line; i += 16) {
        let from = input + i;
        const m00 = v128.load(from);
        from += plane;
        const m01 = v128.load(from);
        from += plane;
        const m02 = v128.load(from);
        from += plane;
        const a0 = f32x4.add(m00, m01);
        const b0 = f32x4.add(m01, m02);
        const m10 = v128.load(from);
        from += plane;
        const m11 = v128.load(from);
        from += plane;
        const m12 = v128.load(from);
        from += plane;
        const a1 = f32x4.add(m10, m11);
        const b1 = f32x4.add(m11, m12);
        const m20 = v128.load(from);
        from += plane;
        const m21 = v128.load(from);
        from += plane;
        const m22 = v128.load(from);
        const a2 = f32x4.add(m20, m21);
        const b2 = f32x4.add(m21, m22);
        v128.store(top + i, f32x4.add(a0, a1));
        v128.store(top + step + i, f32x4.add(b0, b1));
        v128.store(bottom + i, f32x4.add(a1, a2));
        v128.store(bottom + step + i, f32x4.add(b1, b2));
      }
      input += line;
    }
  }
}
