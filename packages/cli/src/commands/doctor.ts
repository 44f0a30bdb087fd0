// `colloquy doctor`: sends one request to each configured endpoint, runs each model once, and reports problems.

import type { EndpointReport } from '@colloquy/server';
import { type Command, EXIT, misused, readArguments } from '../command.ts';
import { readSettings, SETTING_FLAGS } from '../config.ts';
import { readEndpoints } from '../endpoints.ts';
import { colouredHelp, type Palette, paletteFor } from '../palette.ts';
import { printable } from '../printable.ts';

const HELP = `Usage: colloquy doctor [options]

Sends each endpoint of a cascade one small request, as 'colloquy serve' with the same options would, and reports the
problem: connection refused, key refused, unknown model, no streaming, other audio. It costs three short requests. It
loads each model of --sherpa-models and runs it once.

Options:
  --json           the reports as one JSON list
  --cascade <file> and the other options of endpoints, --sherpa-models <folder>: see 'colloquy serve --help'
  --config <file>  a JSON object of settings, as for 'colloquy serve'
  -h, --help       this text
`;

const NAME_WIDTH = 10;

function describe(report: EndpointReport, { heading, good, bad, quiet }: Palette): string {
  const { stage, ok, address, model, first_ms, total_ms, problem, message } = report;
  const name = heading(stage.padEnd(NAME_WIDTH));
  const where = printable(`${address ?? 'no request sent'}  ${model}`);
  const times = first_ms === null ? '' : quiet(`  first answer ${first_ms} ms, all ${total_ms} ms`);
  if (ok) return `${name}  ${good('ok')}     ${where}${times}\n`;
  return `${name}  ${bad('WRONG')}  ${where}\n${''.padEnd(NAME_WIDTH)}  ${printable(`${problem}: ${message}`)}\n`;
}

async function run(args: string[]): Promise<number> {
  const { values } = readArguments(
    'doctor',
    args,
    {
      ...SETTING_FLAGS,
      config: { type: 'string' },
      json: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
    0,
  );
  if (values.help) {
    process.stdout.write(colouredHelp(HELP));
    return EXIT.done;
  }
  const { env } = process;
  const settings = readSettings(values, env, values.config ?? (env.COLLOQUY_CONFIG || undefined));
  const { checkEndpoints, checkModels, readCascadeConfig } = await import('@colloquy/server');
  const endpoints = readEndpoints(settings, env, readCascadeConfig);
  const models = settings['sherpa-models'];
  if (!endpoints && models === undefined)
    throw misused('no endpoint configured; set one, e.g. --think-url and --think-model');
  const reports = [
    ...(endpoints ? await checkEndpoints(endpoints, env) : []),
    ...(models === undefined ? [] : await checkModels(models)),
  ];
  process.stdout.write(
    values.json
      ? `${JSON.stringify(reports, null, 2)}\n`
      : reports.map((report) => describe(report, paletteFor(process.stdout))).join(''),
  );
  return reports.every(({ ok }) => ok) ? EXIT.done : EXIT.failed;
}

export const doctor: Command = { help: HELP, run };
