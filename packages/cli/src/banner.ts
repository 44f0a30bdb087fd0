// The banner of `colloquy serve` on a terminal: engine, addresses, settings for an SDK, the next command.

import type { Listening } from '@colloquy/server';
import type { Palette } from './palette.ts';

/** An engine that is offered, as far as the banner tells of it. */
export interface EngineAbilities {
  readonly name: string;
  readonly canHear: boolean;
  readonly canSpeak: boolean;
  /** A language model answers, not rules or a scenario. */
  readonly hasModel: boolean;
}

export interface BannerFacts extends Listening {
  readonly version: string;
  /** The default first; none for a relay. */
  readonly engines: readonly EngineAbilities[];
  /** Host of the server that sessions are relayed to. */
  readonly upstream?: string | undefined;
  readonly needsKey: boolean;
}

const abilities = ({ canHear, canSpeak, hasModel }: EngineAbilities): string =>
  [
    canHear ? 'hears' : 'no transcription',
    canSpeak ? 'speaks' : 'no speech output',
    hasModel ? 'language model' : 'no language model',
  ].join(', ');

/** Lines for people, ending with an empty one. The addresses come from the server, so nothing in it needs escaping. */
export function bannerText(facts: BannerFacts, { heading, name, quiet }: Palette): string {
  const { url, tlsUrl, caFile, upstream, engines, needsKey } = facts;
  const [first, ...others] = engines;
  const answering = upstream
    ? `relay to ${upstream}`
    : first &&
      `engine ${first.name}: ${abilities(first)}${others.length > 0 ? quiet(` (and ${others.map((each) => each.name).join(', ')})`) : ''}`;
  const rows: [string, string][] = [
    ['Console', name(url)],
    ['SDK', `OPENAI_BASE_URL=${tlsUrl ?? url}/v1`],
    ...(caFile === undefined ? [] : [['', `NODE_EXTRA_CA_CERTS=${caFile}`] as [string, string]]),
    ['', `OPENAI_API_KEY=${needsKey ? 'one of COLLOQUY_API_KEYS' : 'anything'}`],
    ...(tlsUrl === undefined
      ? [['', quiet('SDKs that take wss:// addresses only need --tls')] as [string, string]]
      : []),
    ['Next', 'npx colloquy talk'],
  ];
  const lines = rows.map(([label, value]) => `  ${label.padEnd(9)} ${value}`);
  return ['', `  ${heading(`Colloquy ${facts.version}`)}  ${answering ?? ''}`, ...lines, '', ''].join('\n');
}
