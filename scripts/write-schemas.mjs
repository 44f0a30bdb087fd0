// Writes the JSON Schemas people point their editors at, from the schemas the code checks with: `node scripts/write-schemas.mjs`.
// A test holds the files to be current.

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildProduct } from './build.mjs';
import { root } from './run.mjs';

const code = await buildProduct('packages');
if (code !== 0) process.exit(code);
const { publishedSchemas } = await import('../packages/server/dist/http/published-schemas.js');
for (const [path, schema] of Object.entries(publishedSchemas())) {
  writeFileSync(join(root, path), `${JSON.stringify(schema, null, 2)}\n`);
  console.log(`wrote ${path}`);
}
