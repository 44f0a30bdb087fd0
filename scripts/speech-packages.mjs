// Finds the transcriber's system packages of the offline engine, installs them if allowed, or prints the command that installs
// them.
// Without them the server starts with text input and spoken output.
//
//   node scripts/speech-packages.mjs      does it now

import { existsSync } from 'node:fs';
import { isMain, run } from './run.mjs';

const PACKAGES = ['libpocketsphinx3', 'pocketsphinx-en-us'];
const APT = ['install', '-y', '--no-install-recommends', ...PACKAGES];
const COMMAND = `apt-get ${APT.join(' ')}`;

/** Nobody waits longer for a server that starts than for a mirror that does not answer. */
const PATIENCE = ['-o', 'Acquire::http::Timeout=15', '-o', 'Acquire::https::Timeout=15', '-o', 'Acquire::Retries=0'];

/** What the recogniser opens: its model, and one of the places where its library is kept. */
const MODEL = '/usr/share/pocketsphinx/model/en-us/en-us.lm.bin';
const FOLDERS = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib/arm-linux-gnueabihf', '/usr/lib'];

const isThere = () => existsSync(MODEL) && FOLDERS.some((folder) => existsSync(`${folder}/libpocketsphinx.so.3`));

/** Root on Debian or one of its descendants. */
const mayInstall = () =>
  process.getuid?.() === 0 && existsSync('/etc/debian_version') && existsSync('/usr/bin/apt-get');

/**
 * Sees to it that speech can be recognised. Resolves with whether it can, and with whether an installation was tried; says in
 * one line before and after what it does. A failure is a warning, never more. `isNamed: false` says nothing where it may do
 * nothing, for those who go on to say what is missing themselves.
 */
export async function provideSpeech({ out = 1, isNamed = true } = {}) {
  const say = (line) => process[out === 1 ? 'stdout' : 'stderr'].write(`${line}\n`);
  if (isThere()) return { isThere: true, tried: false };
  if (!mayInstall()) {
    if (isNamed) say(`speech is not recognised here; install what it needs with: sudo ${COMMAND}`);
    return { isThere: false, tried: false };
  }
  say(`installing the speech recogniser: apt-get update, ${COMMAND}`);
  const options = { out, env: { ...process.env, DEBIAN_FRONTEND: 'noninteractive' } };
  const code =
    (await run('apt-get', ['update', '-q', ...PATIENCE], options)) || (await run('apt-get', [...APT, '-q'], options));
  say(
    code === 0 && isThere() ? 'installed the speech recogniser' : `the speech recogniser was not installed: ${COMMAND}`,
  );
  return { isThere: isThere(), tried: true };
}

if (isMain(import.meta.url)) process.exitCode = (await provideSpeech()).isThere ? 0 : 1;
