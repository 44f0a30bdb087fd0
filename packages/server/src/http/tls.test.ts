// The development certificate, tried with Node's own TLS.

import { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, createServer } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { developmentTls } from './tls.ts';

describe('development certificate', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'colloquy-tls-'));
  });
  afterEach(() => rm(folder, { recursive: true }));

  it('is trusted for localhost, 127.0.0.1 and ::1 only, if the authority is trusted', async () => {
    const { key, cert, caFile } = await developmentTls(folder);
    const server = createServer({ key, cert }, (socket) => socket.end()).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const ca = await readFile(caFile);
    const reach = async (servername: string) => {
      const socket = connect({ host: '127.0.0.1', port, ca, ...(servername && { servername }) });
      await once(socket, 'secureConnect');
      socket.destroy();
    };
    await reach('localhost');
    await reach('');
    await expect(reach('example.test')).rejects.toThrow(/altnames/);
    expect(new X509Certificate(cert).subjectAltName).toBe(
      'DNS:localhost, IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1',
    );
    expect(new X509Certificate(cert).ca).toBe(false);
    server.close();
  });

  it("[RD10] stores its key for the owner only, and does not store the authority's key", async () => {
    const { caFile } = await developmentTls(folder);
    expect((await stat(join(folder, 'tls'))).mode & 0o777).toBe(0o700);
    expect((await stat(join(folder, 'tls/key.pem'))).mode & 0o777).toBe(0o600);
    expect(await readFile(caFile, 'utf8')).not.toContain('PRIVATE');
  });

  it('is created once, and again when it is about to expire or is not valid', async () => {
    const first = await developmentTls(folder);
    expect(await developmentTls(folder)).toEqual(first);
    const renewed = await developmentTls(folder, Date.now() + 391 * 86_400_000);
    expect(renewed.cert).not.toBe(first.cert);
    await writeFile(join(folder, 'tls/cert.pem'), 'broken');
    expect((await developmentTls(folder)).cert).toContain('BEGIN CERTIFICATE');
  });

  it('names the folder when it cannot be stored', async () => {
    await writeFile(join(folder, 'file'), '');
    await expect(developmentTls(join(folder, 'file'))).rejects.toMatchObject({ code: 'invalid_configuration' });
  });
});
