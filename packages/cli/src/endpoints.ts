// The endpoints of a cascade from a file and flags; a flag overrides the file, field by field.

import type { CascadeConfig, EndpointConfig } from '@colloquy/server';
import type { Settings } from './config.ts';
import { readTextFile } from './text-file.ts';

const STAGES = ['transcribe', 'think', 'speak'] as const;
type Stage = (typeof STAGES)[number];
type Environment = Readonly<Record<string, string | undefined>>;
type ReadConfig = (source: string | CascadeConfig, name?: string) => CascadeConfig;

const definedFields = (fields: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));

/** Where the key of an endpoint is: where a flag says, else where the file says, else in a variable of its own if that is set. */
function keyOf(stage: Stage, settings: Settings, base: EndpointConfig | undefined, env: Environment) {
  const named = definedFields({ key_env: settings[`${stage}-key-env`], key_file: settings[`${stage}-key-file`] });
  if (Object.keys(named).length > 0) return named;
  if (base?.key_env || base?.key_file) return definedFields({ key_env: base.key_env, key_file: base.key_file });
  const own = `COLLOQUY_${stage.toUpperCase()}_KEY`;
  return env[own] ? { key_env: own } : {};
}

/** What only one kind of endpoint has. */
const ownFields = (settings: Settings): Record<Stage, Record<string, unknown>> => ({
  transcribe: { language: settings['transcribe-language'] },
  think: { api: settings['think-api'] },
  speak: { voice: settings['speak-voice'], rate_hz: settings['speak-rate'] },
});

/**
 * The endpoints that are configured; `undefined` when none is. `read` is the server's `readCascadeConfig`.
 *
 * Throws `misused` for a file that cannot be read, and what `read` throws: it names the field.
 */
export function readEndpoints(settings: Settings, env: Environment, read: ReadConfig): CascadeConfig | undefined {
  const file = settings.cascade;
  const base = file === undefined ? {} : read(readTextFile(file), file);
  const own = ownFields(settings);
  const merged: Record<string, unknown> = {};
  for (const stage of STAGES) {
    const { key_env, key_file, ...rest } = base[stage] ?? {};
    const flags = definedFields({ url: settings[`${stage}-url`], model: settings[`${stage}-model`], ...own[stage] });
    const fields = { ...rest, ...flags };
    if (Object.keys(fields).length === 0) continue; // a key that lies ready makes no endpoint
    merged[stage] = { ...fields, ...keyOf(stage, settings, base[stage] ?? undefined, env) };
  }
  return Object.keys(merged).length === 0 ? undefined : read(merged as CascadeConfig, file ?? 'endpoints');
}
