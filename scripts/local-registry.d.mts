export function startRegistry(): Promise<{ url: string; stop(): void }>;
export function registryEnv(url: string): Record<string, string | undefined>;
