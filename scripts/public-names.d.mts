export const LISTING: string;
export function publicNames(): string;
