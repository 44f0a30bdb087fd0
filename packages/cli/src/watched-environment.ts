// The environment of a command under `colloquy watch`: what SDKs read to find the server, its certificate and a key.

import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { rootCertificates } from 'node:tls';

interface WatchedServer {
  /** `https://127.0.0.1:49152` */
  readonly tlsUrl: string;
  /** PEM file of the authority of its certificate. */
  readonly caFile: string;
  /** A key it accepts; `undefined` if it accepts any. */
  readonly key: string | undefined;
}

type Environment = Readonly<Record<string, string | undefined>>;

/** Key of a program that has none, for a server that accepts any. SDKs refuse to start without one. */
const ANY_KEY = 'any';
/** Variables that replace the trusted authorities of OpenSSL, and of Python's requests and httpx. */
const ROOT_VARIABLES = ['SSL_CERT_FILE', 'REQUESTS_CA_BUNDLE'] as const;
const SYSTEM_ROOTS = [
  '/etc/ssl/certs/ca-certificates.crt', // Debian, Ubuntu, Alpine, Arch
  '/etc/pki/tls/certs/ca-bundle.crt', // Fedora, Red Hat
  '/etc/ssl/ca-bundle.pem', // openSUSE
  '/etc/ssl/cert.pem', // macOS, BSD
];

/** Adds the variables. Bundles of certificates are written into `folder`. */
export function watchedEnvironment(env: Environment, { tlsUrl, caFile, key }: WatchedServer, folder: string) {
  const authority = readFileSync(caFile, 'utf8');
  const write = (name: string, certificates: string[]) => {
    const file = join(folder, name);
    writeFileSync(file, [...certificates, authority].map((each) => `${each.trimEnd()}\n`).join(''));
    return file;
  };
  const extra = readCertificates(env.NODE_EXTRA_CA_CERTS);
  const roots = ROOT_VARIABLES.map((name): [string, string] => [
    name,
    write(`${name}.pem`, [readCertificates(env[name]) ?? systemRoots()]),
  ]);
  const redirect = new URL('./redirect-openai.js', import.meta.url).href;
  return {
    ...env,
    OPENAI_BASE_URL: `${tlsUrl}/v1`,
    OPENAI_API_KEY: env.OPENAI_API_KEY || (key ?? ANY_KEY),
    NODE_EXTRA_CA_CERTS: extra === undefined ? caFile : write('NODE_EXTRA_CA_CERTS.pem', [extra]),
    ...Object.fromEntries(roots),
    NODE_OPTIONS: [env.NODE_OPTIONS, `--import=${redirect}`].filter(Boolean).join(' '),
    COLLOQUY_WATCH_URL: tlsUrl,
  };
}

/** These variables replace the authorities, so the bundle has those of the system, or else those of Node. */
function systemRoots(): string {
  for (const file of SYSTEM_ROOTS) {
    const certificates = readCertificates(file);
    if (certificates !== undefined) return certificates;
  }
  return rootCertificates.join('\n');
}

function readCertificates(file: string | undefined): string | undefined {
  if (!file) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    // Absent, or not readable for this user.
    return undefined;
  }
}
