/** Each entry point that users can import, and the absolute path of its source. */
export function entryPoints(): { name: string; source: string }[];
export function sourceAliases(): { find: RegExp; replacement: string }[];
