// `colloquy list`: live sessions and recordings of a server, or the recordings of a folder, with their summaries.

import { existsSync } from 'node:fs';
import { ColloquyError } from '@colloquy/protocol';
import type { Criterion } from '@colloquy/server';
import { type Command, EXIT, misused, readArguments } from '../command.ts';
import { listText } from '../list-text.ts';
import { nearestNames, unknownName } from '../nearest.ts';
import { openOutput } from '../output.ts';
import { colouredHelp, paletteFor } from '../palette.ts';
import { printableJson, printableLine } from '../printable.ts';
import { keyFor } from '../reach.ts';
import { recordingsFolder } from '../recordings-folder.ts';
import { DEFAULT_SERVER, type ListQuery, type Lists, listOfServer, serverAddress } from '../server-lists.ts';

const CRITERIA: readonly Criterion[] = ['error', 'interruption', 'tool', 'slow'];
const DEFAULT_LIMIT = 50;
const MAX_LIMIT = 10_000;

const HELP = `Usage: colloquy list [URL] [options]

Lists the live sessions and the recordings of a server, newest recording first: name, start (UTC), length, turns, median and
worst time to first audio in milliseconds, interruptions, errors, tokens, cost, engine, tools, and what the user said first.
'~' before a cost: as if, because the engine has no price.

URL defaults to ${DEFAULT_SERVER}

Options:
  --data-dir <folder>  list the recordings of this folder; no server is needed
  -q, --query <text>   only sessions in which this text was said
  --has <what>         only sessions with this: ${CRITERIA.join(', ')}; repeat it for several
  --limit <n>          at most this number of recordings (${DEFAULT_LIMIT})
  --json               one JSON object: sessions, recordings, pending, as in docs/console-api.md
  --ca <file>          trust this certificate authority (PEM), for https:// to 'colloquy serve --tls'
  -h, --help           this text

Environment:
  COLLOQUY_API_KEY    the key for the server; on this machine the default is the first of COLLOQUY_API_KEYS

Examples:
  colloquy list
  colloquy list --has slow --has tool
  colloquy list --data-dir ~/.colloquy -q weather --json
`;

async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'list',
    args,
    {
      'data-dir': { type: 'string' },
      query: { type: 'string', short: 'q' },
      has: { type: 'string', multiple: true },
      limit: { type: 'string' },
      json: { type: 'boolean' },
      ca: { type: 'string' },
      help: { type: 'boolean', short: 'h' },
    },
    1,
  );
  if (values.help) {
    process.stdout.write(colouredHelp(HELP));
    return EXIT.done;
  }
  const query = {
    q: readQuery(values.query),
    has: (values.has ?? []).map(readCriterion),
    limit: readLimit(values.limit),
  };
  const { 'data-dir': dataDir, ca: caFile } = values;
  const [address] = positionals;
  if (dataDir !== undefined && address !== undefined) throw misused('give an address or --data-dir, not both');
  const lists = dataDir === undefined ? await ofServer(address, query, caFile) : await ofFolder(dataDir, query);
  const out = openOutput(undefined, '');
  await out.write(values.json ? `${printableJson(lists)}\n` : listText(lists, paletteFor(process.stdout)));
  await out.end();
  if (lists.pending > 0)
    process.stderr.write(`${lists.pending} recordings are still being summarized; list them again\n`);
  return EXIT.done;
}

function ofServer(address = DEFAULT_SERVER, query: ListQuery, caFile: string | undefined): Promise<Lists> {
  const server = serverAddress(address);
  return listOfServer(server, query, { key: keyFor(server, process.env), caFile });
}

/** Reads the files; a server may be writing into the folder. */
async function ofFolder(dataDir: string, query: ListQuery & { has: readonly Criterion[] }): Promise<Lists> {
  const folder = recordingsFolder(dataDir);
  if (!existsSync(folder)) throw new ColloquyError('not_found', `${printableLine(folder)} does not exist`);
  const { readRecordings } = await import('@colloquy/server');
  const recordings: Lists['recordings'][number][] = [];
  for (let before: string | null | undefined; before !== null && recordings.length < query.limit; ) {
    const limit = query.limit - recordings.length;
    const page = await readRecordings(folder, { ...query, limit, before });
    recordings.push(...page.recordings);
    before = page.next;
  }
  return { sessions: [], recordings, pending: 0 };
}

function readQuery(text: string | undefined): string | undefined {
  if (text !== undefined && (text.trim() === '' || text.length > 200))
    throw misused('--query is a text of 1 to 200 characters');
  return text;
}

function readCriterion(text: string): Criterion {
  const known = CRITERIA.find((name) => name === text);
  if (known) return known;
  throw misused(unknownName('--has: unknown value', nearestNames(text, CRITERIA), 'colloquy list --help'));
}

function readLimit(text: string | undefined): number {
  if (text === undefined) return DEFAULT_LIMIT;
  const limit = /^\d{1,5}$/.test(text) ? Number(text) : 0;
  if (limit < 1 || limit > MAX_LIMIT) throw misused(`--limit is a whole number from 1 to ${MAX_LIMIT}`);
  return limit;
}

export const list: Command = { help: HELP, run };
