// Reads a scenario from the text of a file. Shape and checks: `scenario.ts` of @colloquy/session; `scripted.ts` plays it.

import { ColloquyError } from '@colloquy/protocol';
import { checkScenario, type Scenario } from '@colloquy/session';
import { parseConfigText } from '../config-text.ts';

/**
 * Reads a scenario from YAML or JSON text, or checks one that is already an object.
 *
 * Throws `ColloquyError` `invalid_configuration` with file and field: `weather.yaml: turns[1].reply[0]: …`. Executes
 * nothing: YAML tags other than the standard ones are rejected.
 */
export function readScenario(source: string | Scenario, name = 'scenario'): Scenario {
  const value: unknown = typeof source === 'string' ? parseConfigText(source, name) : source;
  const issue = checkScenario(value);
  if (issue) throw new ColloquyError('invalid_configuration', `${name}: ${issue.message}`);
  return value as Scenario;
}
