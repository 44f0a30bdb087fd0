// `colloquy measure`: latency, tokens and cost of responses in logs. Times: `timings.ts` of @colloquy/session; prices:
// `prices.ts`.

import { ColloquyError } from '@colloquy/protocol';
import {
  costOf,
  createTotals,
  loggedFrame,
  PRICED_KINDS,
  type PriceList,
  type Summing,
  type Timing,
  type Totals,
} from '@colloquy/session';
import { createAsIf } from '../as-if.ts';
import { type Command, EXIT, misused, readArguments } from '../command.ts';
import { readLogFile } from '../log-file.ts';
import { type Output, openOutput } from '../output.ts';
import { colouredHelp } from '../palette.ts';
import { createPriceCheck } from '../price-check.ts';
import { readPrices } from '../prices.ts';
import { printableJson, printableLine } from '../printable.ts';
import { createSessionMeasure, type Measured, type MeasuredSession } from '../session-measure.ts';
import { type Cell, type Column, csvRow, tableRow } from '../table.ts';

const HELP = `Usage: colloquy measure <file>... [options]

Prints latency, tokens and cost of each response and of each transcription in logs of events, with totals, p50 and p95 for
each session, each file and all files. It reads what 'colloquy check' reads; '-' is standard input.

Times are milliseconds from the request (the end of the user's speech, or response.create) to the first output, to the first
audio and to the end. Speech ends before the silence after which the server reports it. If calls come before the first audio,
it counts from the end of speech too. A log without times has tokens only.

The engines of this server are not billed. For them the cost is that of the session's model, marked "as if".

Options:
  --format <form>   'table' (default), 'csv', or 'json': one JSON object per response, then per session of a log with
                    several, per file, and for all files
  --json            the same as --format json
  --prices <file>   your own prices, in the format of prices.json of @colloquy/session
  --check-prices    list each model of the logs with the date of its price; exit code 1 if one has no price
  -h, --help        this text

Examples:
  colloquy measure recordings/*.jsonl
  colloquy measure session.jsonl --format csv > session.csv
`;

const COLUMNS: readonly Column[] = [
  { name: 'line', width: 7, isRight: true },
  { name: 'kind', width: 13 },
  { name: 'id', width: 28 },
  { name: 'model', width: 18 },
  { name: 'status', width: 11 },
  { name: 'first', width: 7, isRight: true },
  { name: 'audio', width: 7, isRight: true },
  { name: 'total', width: 7, isRight: true },
  { name: 'in', width: 7, isRight: true },
  { name: 'cached', width: 7, isRight: true },
  { name: 'out', width: 7, isRight: true },
  { name: 'cost', width: 10, isRight: true },
];

const CSV_NAMES = [
  'file',
  'line',
  'kind',
  'id',
  'model',
  'status',
  'reason',
  'first_output_ms',
  'first_audio_ms',
  'total_ms',
  ...PRICED_KINDS,
  'seconds',
  'cost',
  'currency',
  'session',
  'as_if',
];

type Form = 'table' | 'csv' | 'json';

const rounded = (ms: number | null) => (ms === null ? null : Math.round(ms));
const money = (cost: number | null) => (cost === null ? null : cost.toFixed(6));

function tableLine(timing: Timing, cost: number | null): string {
  const { line, kind, id, model, status, usage } = timing;
  const input = usage.input_text + usage.input_audio + usage.input_image;
  const cached = usage.cached_text + usage.cached_audio + usage.cached_image;
  const output = usage.output_text + usage.output_audio;
  const times = [timing.first_output_ms, timing.first_audio_ms, timing.total_ms].map(rounded);
  const cells: Cell[] = [line, kind, id, model, status, ...times, input, cached, output, money(cost)];
  return tableRow(COLUMNS, cells);
}

function csvLine(file: string, { timing, cost, session }: Measured, currency: string, asIf: string | null): string {
  const { line, kind, id, model, status, reason, usage } = timing;
  const times = [timing.first_output_ms, timing.first_audio_ms, timing.total_ms];
  const { input_text, input_audio, input_image, cached_text, cached_audio, cached_image } = usage;
  const tokens = [input_text, input_audio, input_image, cached_text, cached_audio, cached_image];
  const price = [cost, cost === null ? null : currency];
  const rest = [usage.output_text, usage.output_audio, usage.seconds, ...price, session, asIf];
  return csvRow([file, line, kind, id, model, status, reason, ...times, ...tokens, ...rest]);
}

function summaryOf(totals: Totals, currency: string, asIf: string): string {
  const { responses, transcriptions, statuses, first_output_ms, first_audio_ms, total_ms, cost, unpriced } = totals;
  const spread = ({ p50, p95 }: { p50: number | null; p95: number | null }) =>
    `p50 ${rounded(p50) ?? '-'} p95 ${rounded(p95) ?? '-'}`;
  const ends = Object.entries(statuses).map(([status, count]) => `${count} ${status}`);
  const rows = [
    `${responses} responses${ends.length > 0 ? ` (${ends.join(', ')})` : ''}, ${transcriptions} transcriptions`,
    `milliseconds: first output ${spread(first_output_ms)}, first audio ${spread(first_audio_ms)}, total ${spread(total_ms)}`,
    `tokens: ${totals.input} in, ${totals.cached} cached, ${totals.output} out`,
    `cost: ${cost.toFixed(6)} ${currency}${asIf}${unpriced > 0 ? `, and ${unpriced} without a price` : ''}`,
  ];
  return rows.map((row) => `  ${printableLine(row)}\n`).join('');
}

/** Sums over all files of one command. */
interface AllFiles {
  readonly totals: Summing;
  /** What the summaries of single files say about whose price a cost is. */
  readonly asIf: Set<string>;
}

/** Measures one file, writing each row when it is known, and adds each to the sums of all. */
async function measureFile(file: string, form: Form, prices: PriceList, out: Output, all: AllFiles): Promise<void> {
  const measure = createSessionMeasure((timing) => costOf(prices, timing.model, timing.usage));
  const { currency } = prices;
  const asIf = createAsIf();
  if (form === 'table') await out.write(`${printableName(file)}\n${tableRow(COLUMNS, names)}\n`);
  const tellRow = (measured: Measured) => {
    const { timing, cost, session } = measured;
    const as_if = asIf.of(timing, cost);
    all.totals.add(timing, cost);
    if (form === 'table') return out.write(`${tableLine(timing, cost)}\n`);
    if (form === 'csv') return out.write(`${csvLine(file, measured, currency, as_if)}\n`);
    return out.write(`${printableJson({ file, ...timing, cost, currency, session, as_if })}\n`);
  };
  const tellSession = ({ id, totals }: MeasuredSession) => {
    if (form === 'table') return out.write(`${sessionHead(id)}\n${summaryOf(totals, currency, asIf.text())}`);
    if (form === 'json')
      return out.write(`${printableJson({ file, kind: 'session', session: id, ...totals, currency })}\n`);
    return undefined;
  };
  for await (const { entry } of readLogFile(file)) {
    asIf.observe(entry);
    const frame = loggedFrame(entry);
    const measured = frame && measure.measureEvent(frame);
    if (measured) await tellRow(measured);
  }
  for (const measured of measure.unfinished()) await tellRow(measured);
  const { sessions, count, totals } = measure.end();
  all.asIf.add(asIf.text());
  if (count > 1) for (const session of sessions) await tellSession(session);
  if (form === 'table') {
    if (count > 1) await out.write(`  all ${count} sessions\n`);
    await out.write(summaryOf(totals, currency, asIf.text()));
  } else if (form === 'json') await out.write(`${printableJson({ file, kind: 'file', ...totals, currency })}\n`);
}

/** The sums over several files, at the end. */
async function writeTotals(files: number, { totals, asIf }: AllFiles, form: Form, currency: string, out: Output) {
  if (form === 'table') await out.write(`all ${files} files\n${summaryOf(totals.sum(), currency, [...asIf].join(''))}`);
  else if (form === 'json') await out.write(`${printableJson({ kind: 'all', files, ...totals.sum(), currency })}\n`);
}

/** Names the models of one file that have a price, and those that do not. */
async function checkPrices(file: string, prices: PriceList, out: Output): Promise<boolean> {
  const check = createPriceCheck(prices);
  const measure = createSessionMeasure((timing) => check.add(timing));
  for await (const { entry } of readLogFile(file)) {
    const frame = loggedFrame(entry);
    if (frame) measure.measureEvent(frame);
  }
  for (const _ of measure.unfinished()); // each is checked as it is measured
  const lines = check.lines().map((line) => `  ${line}\n`);
  await out.write(`${printableName(file)}\n${lines.join('')}`);
  return check.isComplete();
}

const sessionHead = (id: string | null) =>
  tableRow([{ name: 'session', width: 400 }], [`  session ${id ?? 'without an id'}`]);

const names = COLUMNS.map(({ name }) => name);
const printableName = (file: string) => tableRow([{ name: 'file', width: 400 }], [file]);

function readForm(format: string | undefined, json: boolean | undefined): Form {
  const form = json ? 'json' : (format ?? 'table');
  if (form !== 'table' && form !== 'csv' && form !== 'json') throw misused("--format is 'table', 'csv' or 'json'");
  return form;
}

async function run(args: string[]): Promise<number> {
  const { values, positionals } = readArguments(
    'measure',
    args,
    {
      format: { type: 'string' },
      json: { type: 'boolean' },
      prices: { type: 'string' },
      'check-prices': { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    Number.POSITIVE_INFINITY,
  );
  if (values.help) {
    process.stdout.write(colouredHelp(HELP));
    return EXIT.done;
  }
  const form = readForm(values.format, values.json);
  if (positionals.length === 0) throw misused("which file? see 'colloquy measure --help'");
  const prices = readPrices(values.prices);
  const out = openOutput(undefined, '');
  const checks = values['check-prices'] === true;
  if (form === 'csv' && !checks) await out.write(`${csvRow(CSV_NAMES)}\n`);
  let code: number = EXIT.done;
  const all: AllFiles = { totals: createTotals(), asIf: new Set() };
  for (const file of positionals) {
    try {
      if (!checks) await measureFile(file, form, prices, out, all);
      else if (!(await checkPrices(file, prices, out))) code = EXIT.failed;
    } catch (error) {
      if (!ColloquyError.is(error)) throw error;
      code = EXIT.failed;
      process.stderr.write(`colloquy measure: ${(error as ColloquyError).message}\n`);
    }
  }
  if (positionals.length > 1 && !checks) await writeTotals(positionals.length, all, form, prices.currency, out);
  await out.end();
  return code;
}

export const measure: Command = { help: HELP, run };
