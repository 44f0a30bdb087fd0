// Makes and stores the development certificate for localhost, 127.0.0.1 and ::1. A certificate authority made for it signs it; the
// key of the authority is not stored, so a client that trusts the authority trusts this certificate only.

import { X509Certificate } from 'node:crypto';
import { chmod, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { ColloquyError } from '@colloquy/protocol';

export interface DevelopmentTls {
  /** PEM. */
  readonly key: string;
  readonly cert: string;
  /** Path of the certificate of the authority, for `NODE_EXTRA_CA_CERTS`, `options.ca`, `curl --cacert`. */
  readonly caFile: string;
}

const DAY_MS = 86_400_000;
/** Apple's clients refuse server certificates that are valid for more than 825 days. */
const VALID_DAYS = 397;
const RENEW_DAYS = 7;

/** Folder of the certificate without a data directory. */
const cacheFolder = () => join(process.env.XDG_CACHE_HOME || join(homedir(), '.cache'), 'colloquy');

/**
 * Reads the development certificate from `<folder>/tls`. Makes one if it is missing or expires within 7 days. The folder has mode
 * 0700, the key 0600. Throws `invalid_configuration` if the files cannot be written.
 */
export async function developmentTls(
  folder: string = cacheFolder(),
  now: number = Date.now(),
): Promise<DevelopmentTls> {
  const home = join(folder, 'tls');
  const caFile = join(home, 'ca.pem');
  const keyFile = join(home, 'key.pem');
  const certFile = join(home, 'cert.pem');
  try {
    const [ca, cert, key] = await Promise.all([caFile, certFile, keyFile].map((file) => readFile(file, 'utf8')));
    if (ca && cert && key && isGood(ca, cert, now)) return { key, cert, caFile };
  } catch {
    // Missing or unreadable: made below, which throws if the folder cannot be written.
  }
  const certificate = await makeCertificate(now);
  try {
    await mkdir(home, { recursive: true, mode: 0o700 });
    await chmod(home, 0o700);
    await writeWhole(caFile, certificate.ca, 0o644);
    await writeWhole(certFile, certificate.cert, 0o644);
    await writeWhole(keyFile, certificate.key, 0o600);
  } catch (cause) {
    throw new ColloquyError('invalid_configuration', `the development certificate cannot be kept in ${home}`, {
      cause,
    });
  }
  return { key: certificate.key, cert: certificate.cert, caFile };
}

function isGood(ca: string, cert: string, now: number): boolean {
  const [authority, own] = [new X509Certificate(ca), new X509Certificate(cert)];
  return Date.parse(own.validTo) - now > RENEW_DAYS * DAY_MS && own.verify(authority.publicKey);
}

/** Renames a temporary file, so that a process that starts at the same time never reads part of a file. */
async function writeWhole(file: string, text: string, mode: number): Promise<void> {
  const part = `${file}.${process.pid}`;
  await writeFile(part, text, { mode });
  await rename(part, file);
}

async function makeCertificate(now: number): Promise<{ ca: string; cert: string; key: string }> {
  const { generate } = await import('selfsigned');
  const validity = {
    keyType: 'ec',
    algorithm: 'sha256',
    notBeforeDate: new Date(now - DAY_MS),
    notAfterDate: new Date(now + VALID_DAYS * DAY_MS),
  } as const;
  const authority = await generate([{ name: 'commonName', value: 'Colloquy development' }], {
    ...validity,
    extensions: [
      { name: 'basicConstraints', cA: true, pathLenConstraint: 0, critical: true },
      { name: 'keyUsage', keyCertSign: true, critical: true },
    ],
  });
  const own = await generate([{ name: 'commonName', value: 'localhost' }], {
    ...validity,
    ca: { key: authority.private, cert: authority.cert },
    extensions: [
      { name: 'basicConstraints', cA: false, critical: true },
      { name: 'keyUsage', digitalSignature: true, critical: true },
      { name: 'extKeyUsage', serverAuth: true },
      {
        name: 'subjectAltName',
        altNames: [
          { type: 2, value: 'localhost' },
          { type: 7, ip: '127.0.0.1' },
          { type: 7, ip: '::1' },
        ],
      },
    ],
  });
  return { ca: authority.cert, cert: own.cert, key: own.private };
}
