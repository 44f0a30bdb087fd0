/** Rule id → the status its row claims; a rule defined twice is added to `faults`. */
export function readRules(spec: string, faults?: string[]): Map<string, string>;
/** The rule ids cited by the titles in the text of one test file. */
export function citationsIn(text: string): { passing: Set<string>; failing: Set<string> };
