import { basename } from 'node:path';
import type { DownloadProgress } from '@cxr/data/node';
import type { ActivationsProgress } from '../activations.js';

/** A line for the user, apart from the result. */
export function note(line: string): void {
  clearBar();
  process.stderr.write(`cxr-fid: ${line}\n`);
}

/** Draws how far the images are; says nothing where standard error is no terminal. */
export function progressBar(): (progress: ActivationsProgress & { path: string }) => void {
  return ({ path, done, total, imagesPerSecond, secondsLeft }) => {
    const rate = `${imagesPerSecond.toFixed(1)} images/s`;
    const left = secondsLeft === undefined ? '' : `, ${duration(secondsLeft)} left`;
    drawBar(`${basename(path)}: ${done}${total === undefined ? '' : ` of ${total}`}, ${rate}${left}`);
  };
}

/** The same for the weights' download. */
export function downloadBar(): (progress: DownloadProgress) => void {
  return ({ received, total }) => {
    const of = total === undefined ? '' : ` of ${megabytes(total)}`;
    drawBar(`weights: ${megabytes(received)}${of} MB`);
  };
}

let drawn = false;

function drawBar(text: string): void {
  if (!process.stderr.isTTY) return;
  process.stderr.write(`\r\u001b[K${text}`);
  drawn = true;
}

function clearBar(): void {
  if (drawn) process.stderr.write('\r\u001b[K');
  drawn = false;
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function duration(seconds: number): string {
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
