// Reads values of any type from a log as an object or as text.

export type Json = Readonly<Record<string, unknown>>;

/** Whether a value is an object with fields: neither null nor an array. */
export const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The value, or an object without fields in place of anything else. */
export const objectOf = (value: unknown): Json => (isObject(value) ? value : {});

/** The value, or an empty text in place of anything else. */
export const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');
