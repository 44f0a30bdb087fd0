// Reads fields of untrusted JSON.

/** A field of an object; `undefined` if `value` is no object. */
export const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;

/** A string field; empty if it is no string. */
export function textField(value: unknown, name: string): string {
  const entry = field(value, name);
  return typeof entry === 'string' ? entry : '';
}

/** A field with a count; `undefined` if it is no count. */
export function countField(value: unknown, name: string): number | undefined {
  const entry = field(value, name);
  return typeof entry === 'number' && Number.isSafeInteger(entry) && entry >= 0 ? entry : undefined;
}

/** An array field; empty if it is no array. */
export function listField(value: unknown, name: string): readonly unknown[] {
  const entry = field(value, name);
  return Array.isArray(entry) ? entry : [];
}
