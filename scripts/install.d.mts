/** The folder of LiveKit's packages, from the root. */
export const LIVEKIT: string;
/** The first package of a folder's lockfile that is missing or has another version; `undefined` when all is there. @default folder '' */
export function firstStalePackage(folder?: string): string | undefined;
