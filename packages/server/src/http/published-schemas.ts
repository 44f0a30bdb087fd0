// The JSON Schemas this repository publishes for editors, by the path of their file.

import { toJsonSchema } from '@colloquy/protocol';
import { Scenario } from '../engines/scenario.ts';
import { CascadeConfig } from '../speech/http/cascade-config.ts';
import { McpConfig } from '../tools/mcp-config.ts';

/** Each published schema by its path in the repository. The test beside this file holds the files to be current. */
export const publishedSchemas = (): Record<string, unknown> => ({
  'docs/scenario.schema.json': { title: 'Colloquy scenario', ...toJsonSchema(Scenario, 'server') },
  'docs/mcp.schema.json': { title: 'Colloquy MCP servers', ...toJsonSchema(McpConfig, 'server') },
  'docs/cascade.schema.json': { title: 'Colloquy cascade', ...toJsonSchema(CascadeConfig, 'server') },
});
