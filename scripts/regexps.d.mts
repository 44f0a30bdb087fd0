/** The regular expressions of a JavaScript file: literals, and how many are made at run time. */
export function regexpsOf(file: string): { literals: string[]; calls: number };
/** Why a literal can take more than linear time, one line for each reason; empty when it cannot. */
export function slowness(literal: string): string[];
