// The JSON Schemas in docs/ for editors, by file path.

import { toJsonSchema } from '@colloquy/protocol';
import { Scenario } from '@colloquy/session';
import { CascadeConfig } from '../speech/http/cascade-config.ts';
import { McpConfig } from '../tools/mcp-config.ts';

/** Each schema by its path in the repository. `published-schemas.test.ts` fails when a file is out of date. */
export const publishedSchemas = (): Record<string, unknown> => ({
  'docs/scenario.schema.json': { title: 'Colloquy scenario', ...toJsonSchema(Scenario, 'server') },
  'docs/mcp.schema.json': { title: 'Colloquy MCP servers', ...toJsonSchema(McpConfig, 'server') },
  'docs/cascade.schema.json': { title: 'Colloquy cascade', ...toJsonSchema(CascadeConfig, 'server') },
});
