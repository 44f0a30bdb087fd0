// Writes the JSON Schemas for editors from the schemas of the code: `node scripts/write-schemas.mjs`. A test checks that the
// files
// are current.

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
