// One field in beta (flat) and GA (nested), and the conversion of its value.
// The tables of fields are in `beta-session.ts` and `beta-response.ts`.

/** A field's beta name, its GA path, and how its value differs, if it does. */
export interface BetaField {
  readonly beta: string;
  /** Dots between keys: `audio.output.voice`. */
  readonly ga: string;
  readonly toGa?: (value: unknown) => unknown;
  readonly toBeta?: (value: unknown) => unknown;
  /** A second beta name for the same path: read from clients, never written. Stands before the first name, which wins. */
  readonly alias?: true;
}

/** Fields that have the same name and the same values in both. */
export const same = (...names: readonly string[]): BetaField[] => names.map((name) => ({ beta: name, ga: name }));

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The GA object of a beta one. Keys outside the table are left out. */
export function nest(fields: readonly BetaField[], flat: object): Record<string, unknown> {
  const nested: Record<string, unknown> = {};
  for (const { beta, ga, toGa } of fields) {
    const value = own(flat, beta);
    if (value !== undefined) put(nested, ga.split('.'), toGa ? toGa(value) : value);
  }
  return nested;
}

/** The beta object of a GA one. Keys outside the table are left out [BT9]. */
export function flatten(fields: readonly BetaField[], nested: object): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  for (const { beta, ga, toBeta, alias } of fields) {
    const value = ga.split('.').reduce<unknown>((at, key) => own(at, key), nested);
    if (value !== undefined && !alias) flat[beta] = toBeta ? toBeta(value) : value;
  }
  return flat;
}

/** The beta path of a GA path beneath `root`, or the path itself where both say the same. */
export function betaPath(fields: readonly BetaField[], root: string, path: string): string {
  for (const { beta, ga, alias } of fields) {
    const full = `${root}.${ga}`;
    if (!alias && isUnder(path, full)) return `${root}.${beta}${path.slice(full.length)}`;
  }
  return path;
}

/** The GA path of a beta path beneath `root`, or the path itself where both say the same. */
export function gaPath(fields: readonly BetaField[], root: string, path: string): string {
  for (const { beta, ga } of fields) {
    const full = `${root}.${beta}`;
    if (isUnder(path, full)) return `${root}.${ga}${path.slice(full.length)}`;
  }
  return path;
}

const isUnder = (path: string, full: string) =>
  path === full || path.startsWith(`${full}.`) || path.startsWith(`${full}[`);

const own = (value: unknown, key: string): unknown =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;

function put(into: Record<string, unknown>, [key = '', ...rest]: readonly string[], value: unknown): void {
  if (rest.length === 0) {
    into[key] = value;
    return;
  }
  const inner = (into[key] ??= {});
  put(inner as Record<string, unknown>, rest, value);
}
