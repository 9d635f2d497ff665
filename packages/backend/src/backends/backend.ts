/** Settings with which a backend starts. */
export interface StartOptions {
  /** Threads to compute in, this one included. @default as many as there are processors */
  threads?: number | undefined;
  /** True when the caller asked for this backend by name: then a slow device is better than an error. */
  requested: boolean;
}

/** One backend of the table in use-backend.ts. */
export interface Backend {
  /** The package of the kernels that are not ours. */
  stock: string;
  /** Loads the backend and returns TensorFlow.js's name for it; throws an error that says why it cannot. */
  start(options: StartOptions): Promise<string>;
  /** What does not work here although the backend started, if anything. */
  limitation?(): string | undefined;
}
