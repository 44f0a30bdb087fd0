export interface Page {
  /** Relative to the repository: `docs/console.md`. */
  readonly path: string;
  readonly group: string;
  readonly title: string;
}
export function pages(): Page[];
/** Where a page is in the site, without `.html`. */
export function addressOf(path: string): string;
