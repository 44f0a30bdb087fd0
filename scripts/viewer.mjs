// `npm run build:viewer`: writes the viewer with the demo session to viewer/index.html.

import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from './build.mjs';
import { root } from './run.mjs';
import { bundleViewer, viewerPage } from './viewer-page.mjs';

const code = await build();
if (code !== 0) process.exit(code);
const folder = join(root, 'viewer');
mkdirSync(folder, { recursive: true });
const demo = readFileSync(join(root, 'packages/console/public/demo.jsonl'), 'utf8').replaceAll('<', '\\u003c');
writeFileSync(join(folder, 'index.html'), viewerPage(await bundleViewer(), demo));
process.stdout.write('viewer/index.html\n');
