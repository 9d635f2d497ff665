import { CxrFileError } from '@cxr/image';

/** How tiles are cut into parts (ITU-T T.800, A.6.1). */
export interface Coding {
  layers: number;
  /** How often the size is halved. */
  levels: number;
  /** Width and height of a code-block as powers of two. */
  block: readonly [across: number, down: number];
  /** Width and height of a precinct at each resolution, the smallest first, as powers of two. */
  precincts: readonly (readonly [across: number, down: number])[];
}

/**
 * Reads a segment of coding style, the default (COD) or that of a component (COC), which has the layers of `general`.
 * @throws CxrFileError 'truncated' or 'corrupt'.
 */
export function readCoding(
  view: DataView,
  start: number,
  end: number,
  isDefault: boolean,
  general: Coding | undefined,
): Coding {
  // A component's number takes two bytes only if there are more than 256 components.
  const parameters = start + (isDefault ? 5 : 2);
  if (parameters + 5 > end) throw new CxrFileError('truncated', 'the JPEG 2000 is cut off');
  const style = view.getUint8(isDefault ? start : start + 1);
  const layers = isDefault ? view.getUint16(start + 2) : (general?.layers ?? 1);
  const levels = view.getUint8(parameters);
  const block = [view.getUint8(parameters + 1) + 2, view.getUint8(parameters + 2) + 2] as const;
  if (layers < 1 || levels > 32 || block[0] > 10 || block[1] > 10 || block[0] + block[1] > 12) {
    throw new CxrFileError('corrupt', 'a JPEG 2000 with a damaged coding style');
  }
  const own = (style & 1) === 1;
  if (own && parameters + 5 + levels + 1 > end) {
    throw new CxrFileError('truncated', 'the JPEG 2000 is cut off');
  }
  const precincts = Array.from({ length: levels + 1 }, (_, i) => {
    const byte = own ? view.getUint8(parameters + 5 + i) : 0xff;
    return [byte & 15, byte >> 4] as const;
  });
  return { layers, levels, block, precincts };
}

/** The smallest number of packets that a component of a tile may have: one for each layer of each precinct. */
export function codedPackets({ layers, levels, precincts }: Coding, width: number, height: number): number {
  let count = 0;
  for (const [resolution, [across, down]] of precincts.entries()) {
    const scale = 2 ** (levels - resolution);
    const [columns, rows] = [Math.floor(width / scale), Math.floor(height / scale)];
    count += parts(columns, 2 ** across) * parts(rows, 2 ** down);
  }
  return layers * count;
}

/** Code-blocks of one component of a tile; one never reaches beyond its precinct. */
export function codedBlocks({ levels, block, precincts }: Coding, width: number, height: number): number {
  let count = 0;
  for (const [resolution, [across, down]] of precincts.entries()) {
    // The smallest resolution is one band, the others add three of half their size.
    const half = resolution === 0 ? 0 : 1;
    const scale = 2 ** (levels - resolution + half);
    const blockAcross = scale * 2 ** Math.max(0, Math.min(block[0], across - half));
    const blockDown = scale * 2 ** Math.max(0, Math.min(block[1], down - half));
    count += (half ? 3 : 1) * parts(width, blockAcross) * parts(height, blockDown);
  }
  return count;
}

function parts(length: number, size: number): number {
  return Math.ceil(length / size);
}
