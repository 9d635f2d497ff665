export { pivotedCholesky } from './cholesky';
export { gemm, gemmScratch, tile } from './gemm';
export { symmetricProduct, tridiagonalize, tridiagonalScratch } from './tridiagonal';
