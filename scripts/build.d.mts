/** Builds one product if it is stale; resolves with the exit code, 0 when nothing was to do. What it prints goes to `out`. */
export function buildProduct(name: string, options?: { out?: 1 | 2; always?: boolean }): Promise<number>;
