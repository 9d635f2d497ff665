import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const shared = process.env.CXR_SHARED ?? fileURLToPath(new URL('../../../shared', import.meta.url));

/** The Kermany X-rays in 224-pixel copies, in folders by part and class; they may be absent. */
export const XRAYS: string = join(shared, 'data', 'chest_xray_224');
/** Some of them as published. */
export const ORIGINALS: string = join(shared, 'data', 'chest_xray_original');
/** The Inception weights. */
export const WEIGHTS: string = join(shared, 'weights', 'pt_inception-2015-12-05-refolded.pth');
