// The options of `colloquy serve` in groups, for its help.

import { SETTINGS, type Setting, type SettingName } from './config.ts';

/** The headings, and the settings under each. A test holds that every setting is under one. */
export const SETTING_GROUPS: Readonly<Record<string, readonly SettingName[]>> = {
  Basic: ['port', 'host', 'log-level'],
  Engine: ['engine', 'scenario', 'pace', 'models', 'beta'],
  Voice: [
    ...(['cascade', 'sherpa-models', 'detector'] as const),
    ...(['transcribe-url', 'transcribe-model', 'transcribe-key-env', 'transcribe-key-file'] as const),
    'transcribe-language',
    ...(['think-url', 'think-model', 'think-key-env', 'think-key-file', 'think-api'] as const),
    ...(['speak-url', 'speak-model', 'speak-key-env', 'speak-key-file', 'speak-voice', 'speak-rate'] as const),
  ],
  Calls: ['webrtc', 'webrtc-addresses', 'webrtc-ports'],
  Tools: ['mcp'],
  Relay: ['upstream', 'upstream-auth'],
  Recording: ['data-dir', 'record-audio', 'watch'],
  Security: ['tls', 'tls-port', 'origins', 'hosts'],
};

const FLAG_WIDTH = 29;
const ABOUT_WIDTH = 86;

/** One option: the flag, and lines about it beside it, broken between words. */
function optionLines(flag: string, about: string, env?: string): string {
  const lines = [''];
  for (const word of about.split(' ')) {
    const line = lines[lines.length - 1] ?? '';
    if (line.length + word.length >= ABOUT_WIDTH) lines.push(word);
    else lines[lines.length - 1] = line === '' ? word : `${line} ${word}`;
  }
  if (env !== undefined) lines.push(`env ${env}`);
  return lines.map((line, index) => `  ${(index === 0 ? flag : '').padEnd(FLAG_WIDTH)}${line}\n`).join('');
}

/** Options that are no settings of the server, at the end of the first group. */
const OTHERS = [
  optionLines('--open', 'open the console in the browser if started from a terminal'),
  optionLines(
    '--config <file>',
    'a JSON object of these settings, e.g. {"port": 9000, "tls": true}',
    'COLLOQUY_CONFIG',
  ),
  optionLines('-h, --help', 'this text'),
].join('');

function settingLines(name: SettingName): string {
  const { env, about, value }: Setting<unknown> = SETTINGS[name];
  return optionLines(value === undefined ? `--${name}` : `--${name} <${value}>`, about, env);
}

/** All options, group by group, each after an empty line and its heading. */
export const SETTINGS_HELP = Object.entries(SETTING_GROUPS)
  .map(([group, names], index) => `\n${group}:\n${names.map(settingLines).join('')}${index === 0 ? OTHERS : ''}`)
  .join('');
