/** Builds the site into `out`, an absolute path, `site/` when absent; resolves with the exit code. */
export function buildDocs(out?: string): Promise<number>;
