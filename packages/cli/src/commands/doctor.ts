// `colloquy doctor`: sends one request to each configured endpoint, runs each model once, opens a call, and reports problems.

import type { EndpointReport, TestCallReport, WebRtcReport } from '@colloquy/server';
import { type Command, EXIT, misused, readArguments } from '../command.ts';
import { readSettings, SETTING_FLAGS } from '../config.ts';
import { readEndpoints } from '../endpoints.ts';
import { colouredHelp, type Palette, paletteFor } from '../palette.ts';
import { printable } from '../printable.ts';

const HELP = `Usage: colloquy doctor [options]

Sends each endpoint of a cascade one small request, as 'colloquy serve' with the same options would, and reports the
problem: connection refused, key refused, unknown model, no streaming, other audio. It costs three short requests. It
loads each model of --sherpa-models and runs it once. With --webrtc it opens a call as 'colloquy serve' with the same
options would, and asks each of its addresses for an answer: no UDP port, no address, nothing comes back. If one
answers, it calls itself: connects, sends a second of sound both ways, and hangs up.

Options:
  --json           the reports as one JSON list
  --webrtc         checks calls over WebRTC, with --webrtc-addresses and --webrtc-ports: docs/webrtc.md
  --cascade <file> and the other options of endpoints, --sherpa-models <folder>: see 'colloquy serve --help'
  --config <file>  a JSON object of settings, as for 'colloquy serve'
  -h, --help       this text
`;

const NAME_WIDTH = 10;

type Report = EndpointReport | WebRtcReport | TestCallReport;

function describe(report: Report, { heading, good, bad, quiet }: Palette): string {
  const { stage, ok, problem, message } = report;
  const name = heading(stage.padEnd(NAME_WIDTH));
  const where = printable(placeOf(report));
  const times = quiet(timesOf(report));
  if (ok) return `${name}  ${good('ok')}     ${where}${times}\n`;
  return `${name}  ${bad('WRONG')}  ${where}\n${''.padEnd(NAME_WIDTH)}  ${printable(`${problem}: ${message}`)}\n`;
}

function placeOf(report: Report): string {
  if (report.stage === 'call') return report.open_ms === null ? 'not connected' : `open after ${report.open_ms} ms`;
  if (report.stage === 'webrtc') return report.address === null ? 'no call opened' : `udp ${report.address}`;
  return `${report.address ?? 'no request sent'}  ${report.model}`;
}

function timesOf(report: Report): string {
  if (report.stage === 'call') {
    return `  heard ${report.server_heard_ms} ms of the client, ${report.client_heard_ms} ms of the server`;
  }
  if (report.stage === 'webrtc') return report.total_ms === null ? '' : `  answered in ${report.total_ms} ms`;
  return report.first_ms === null ? '' : `  first answer ${report.first_ms} ms, all ${report.total_ms} ms`;
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
  const { checkEndpoints, checkModels, checkWebRtc, readCascadeConfig } = await import('@colloquy/server');
  const endpoints = readEndpoints(settings, env, readCascadeConfig);
  const models = settings['sherpa-models'];
  const { webrtc, 'webrtc-addresses': addresses, 'webrtc-ports': ports } = settings;
  if (!endpoints && models === undefined && !webrtc)
    throw misused('no endpoint configured; set one, e.g. --think-url and --think-model, or ask for --webrtc');
  const reports = [
    ...(endpoints ? await checkEndpoints(endpoints, env) : []),
    ...(models === undefined ? [] : await checkModels(models)),
    ...(webrtc ? await checkWebRtc({ ...(addresses && { addresses }), ...(ports && { ports }) }) : []),
  ];
  process.stdout.write(
    values.json
      ? `${JSON.stringify(reports, null, 2)}\n`
      : reports.map((report) => describe(report, paletteFor(process.stdout))).join(''),
  );
  return reports.every(({ ok }) => ok) ? EXIT.done : EXIT.failed;
}

export const doctor: Command = { help: HELP, run };
