// The part of one session configuration that differs from another: what a `session.update` has to say.

import { isObject, type Json } from '../log/json-value.ts';

/** Objects that a server replaces as a whole. */
const WHOLE = new Set(['turn_detection', 'transcription', 'noise_reduction']);

/** The fields of `after` that `before` has not, or has with another value; `undefined` if there are none. */
export function changedFields(before: unknown, after: Json): Json | undefined {
  const known = isObject(before) ? before : {};
  const changed = Object.entries(after).flatMap(([name, value]) => {
    if (isObject(value) && !WHOLE.has(name)) {
      const inner = changedFields(known[name], value);
      return inner ? [[name, inner] as const] : [];
    }
    return JSON.stringify(known[name]) === JSON.stringify(value) ? [] : [[name, value] as const];
  });
  return changed.length > 0 ? Object.fromEntries(changed) : undefined;
}
