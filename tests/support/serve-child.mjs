// A built server in its own process that can be stopped and continued: `node serve-child.mjs <options as JSON>`. Prints its URL.

import { createServer } from '@colloquy/server';

const server = createServer({ port: 0, ...JSON.parse(process.argv[2] ?? '{}') });
const { url } = await server.listen();
process.stdout.write(`${url}\n`);
