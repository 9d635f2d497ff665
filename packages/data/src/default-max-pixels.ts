/** The largest width × height that is decoded where the caller says nothing. */
export const DEFAULT_MAX_PIXELS = 100_000_000;
