// Which addresses may be dialled: judged as they are written, as names resolve, and at the socket.

import { Socket } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkDestination, EgressError, type EgressRules, guardedLookup, isPublicAddress } from './egress.ts';
import { FetchFault, guardedFetch } from './guarded-fetch.ts';

const PUBLIC: EgressRules = { privateNetworks: false, plainHttp: false };

/** URLs that must not be dialled, whatever their names stand for. */
const WRITTEN = [
  // this machine, in every spelling the URL standard knows
  'https://127.0.0.1/',
  'https://127.0.0.2:8443/mcp',
  'https://127.255.255.255/',
  'https://127.1/',
  'https://127.0.1/',
  'https://2130706433/',
  'https://0x7f000001/',
  'https://0x7f.0.0.1/',
  'https://0x7f.1/',
  'https://0177.0.0.1/',
  'https://017700000001/',
  'https://0x7F.0x0.0x0.0x1/',
  'https://127.0.0.1./',
  'https://①②⑦.⓪.⓪.①/',
  'https://１２７.0.0.1/',
  'https://127%2e0%2e0%2e1/',
  'https://0/',
  'https://0.0.0.0/',
  'https://0.0.0.1/',
  'https://0x0/',
  'https://[::1]/',
  'https://[0:0:0:0:0:0:0:1]/',
  'https://[0000::0001]/',
  'https://[::]/',
  // the same inside IPv6
  'https://[::ffff:127.0.0.1]/',
  'https://[::ffff:7f00:1]/',
  'https://[0:0:0:0:0:ffff:127.0.0.1]/',
  'https://[::127.0.0.1]/',
  'https://[::7f00:1]/',
  'https://[::ffff:0:127.0.0.1]/',
  'https://[64:ff9b::127.0.0.1]/',
  'https://[64:ff9b::7f00:1]/',
  'https://[64:ff9b:1::7f00:1]/',
  'https://[2002:7f00:1::]/',
  'https://[2002:a00:1::1]/',
  'https://[2001:0:7f00:1::]/',
  'https://[2001::1]/',
  'https://[::ffff:8.8.8.8]/',
  'https://[64:ff9b::8.8.8.8]/',
  // private networks
  'https://10.0.0.1/',
  'https://10.255.255.255/',
  'https://167772161/',
  'https://0xa000001/',
  'https://012.0.0.1/',
  'https://172.16.0.1/',
  'https://172.31.255.254/',
  'https://0xac100001/',
  'https://192.168.0.1/',
  'https://192.168.255.255/',
  'https://3232235521/',
  'https://192.168.1/',
  'https://100.64.0.1/',
  'https://100.127.255.255/',
  'https://[fc00::1]/',
  'https://[fd12:3456:789a::1]/',
  'https://[fdff:ffff:ffff:ffff:ffff:ffff:ffff:ffff]/',
  'https://[fec0::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://[::ffff:192.168.1.1]/',
  'https://[::ffff:172.16.0.1]/',
  // link-local, and what clouds keep there
  'https://169.254.169.254/latest/meta-data/',
  'https://169.254.170.2/v2/credentials',
  'https://2852039166/',
  'https://0xa9fea9fe/',
  'https://0251.0376.0251.0376/',
  'https://169.254.43518/',
  'https://[::ffff:169.254.169.254]/',
  'https://[::ffff:a9fe:a9fe]/',
  'https://[fe80::1]/',
  'https://[febf::1]/',
  'https://[fd00:ec2::254]/',
  'https://100.100.100.200/',

  // what is not the internet
  'https://192.0.0.1/',
  'https://192.0.2.1/',
  'https://192.88.99.1/',
  'https://198.18.0.1/',
  'https://198.19.255.255/',
  'https://198.51.100.7/',
  'https://203.0.113.9/',
  'https://224.0.0.1/',
  'https://239.255.255.250/',
  'https://240.0.0.1/',
  'https://255.255.255.255/',
  'https://4294967295/',
  'https://[2001:db8::1]/',
  'https://[3fff::1]/',
  'https://[100::1]/',
  'https://[ff02::1]/',
  'https://[ff0e::1]/',
  'https://[4000::1]/',
  'https://[5f00::1]/',
  // other ways in
  'http://mcp.example/',
  'http://8.8.8.8/',
  'ws://mcp.example/',
  'wss://mcp.example/',
  'ftp://mcp.example/',
  'file:///etc/passwd',
  'file://mcp.example/etc/passwd',
  'gopher://127.0.0.1:6379/_INFO',
  'dict://127.0.0.1:11211/',
  'data:text/plain,hello',
  'javascript:alert(1)',
  'blob:https://mcp.example/0',
  'unix:/var/run/docker.sock',
  'http+unix://%2Fvar%2Frun%2Fdocker.sock/',
  'https+unix://%2Fvar%2Frun%2Fdocker.sock/',
  'https://user@mcp.example/',
  'https://user:secret-word@mcp.example/',
  'https://mcp.example@127.0.0.1/',
  'https://8.8.8.8@127.0.0.1/',
  'https://127.0.0.1#@mcp.example/',
  'https://127.0.0.1\\@mcp.example/',
  '//mcp.example/',
  '/mcp',
  'mcp.example',
  'https://',
  'https:///',
  'https://[::1',
  'https://[fe80::1%25eth0]/',
  'https://mcp .example/',
  '',
];

/** Names, and what they resolve to: addresses that must not be dialled, or such beside one that may. */
const RESOLVED: [name: string, addresses: string[]][] = [
  ['localhost', ['127.0.0.1', '::1']],
  ['localhost.', ['127.0.0.1']],
  ['LOCALHOST', ['127.0.0.1']],
  ['foo.localhost', ['127.0.0.1']],
  ['localtest.example', ['127.0.0.1']],
  ['127.0.0.1.nip.example', ['127.0.0.1']],
  ['metadata.example', ['169.254.169.254']],
  ['metadata.google.internal', ['169.254.169.254']],
  ['intranet.example', ['10.1.2.3']],
  ['router.example', ['192.168.1.1']],
  ['carrier.example', ['100.64.0.9']],
  ['six.example', ['::1']],
  ['unique.example', ['fd00::1']],
  ['link.example', ['fe80::1']],
  ['zone.example', ['fe80::1%eth0']],
  ['mapped.example', ['::ffff:127.0.0.1']],
  ['nat64.example', ['64:ff9b::7f00:1']],
  ['sixtofour.example', ['2002:7f00:1::']],
  ['mixed.example', ['8.8.8.8', '127.0.0.1']],
  ['mixed6.example', ['2606:4700::1111', '::1']],
  ['mixedlast.example', ['8.8.8.8', '8.8.4.4', '10.0.0.1']],
  ['nothing.example', []],
  ['garbage.example', ['not an address']],
  ['zero.example', ['0.0.0.0']],
  ['broadcast.example', ['255.255.255.255']],
  ['kubernetes.default.svc', ['10.96.0.1']],
];

/** How many addresses sockets have begun to dial since the test began: what comes after a name is looked up. */
let dialled = 0;
const connect = Socket.prototype.connect;
beforeEach(() => {
  dialled = 0;
  Socket.prototype.connect = function (this: Socket, ...args: never[]) {
    this.on('connectionAttempt', () => {
      dialled += 1;
    });
    return Reflect.apply(connect, this, args);
  } as typeof connect;
});
afterEach(() => {
  Socket.prototype.connect = connect;
});

const ask = (url: string, rules: EgressRules, addresses: string[] = []) => {
  const guarded = guardedFetch({
    ...{ url, rules, headers: {}, connectMs: 2000, bodyBytes: 1000, streamBytes: 1000 },
    resolve: async () => addresses,
  });
  return guarded.fetch(url, { method: 'POST', body: '{}' }).finally(() => guarded.close());
};

describe('addresses', () => {
  it(`[MC16] has at least 120 attacks in the table: ${WRITTEN.length + RESOLVED.length}`, () => {
    expect(WRITTEN.length + RESOLVED.length).toBeGreaterThanOrEqual(120);
    expect(new Set(WRITTEN).size).toBe(WRITTEN.length);
  });

  it.each(WRITTEN)('[MC16] %s is not dialled', async (url) => {
    expect(() => checkDestination(url, PUBLIC)).toThrow(EgressError);
    await expect(async () => ask(url, PUBLIC, ['127.0.0.1'])).rejects.toThrow(EgressError);
    expect(dialled).toBe(0);
  });

  it.each(RESOLVED)('[MC16] a name that stands for an address of ours is not dialled: %s', async (name, addresses) => {
    await expect(ask(`https://${name}/mcp`, PUBLIC, addresses)).rejects.toThrow(EgressError);
    expect(dialled).toBe(0);
  });

  it('[MC16] checks a name when it is dialled, so that it cannot change from public to private', async () => {
    const answers = [['8.8.8.8'], ['127.0.0.1']];
    const lookup = guardedLookup(PUBLIC, async () => answers.shift() ?? []);
    const look = () =>
      new Promise((resolve) => {
        lookup('rebind.example', { all: true }, (error, addresses) => resolve(error ?? addresses));
      });
    expect(await look()).toEqual([{ address: '8.8.8.8', family: 4 }]);
    expect(await look()).toBeInstanceOf(EgressError);
  });

  it.each([
    '8.8.8.8',
    '1.1.1.1',
    '9.255.255.255',
    '11.0.0.1',
    '100.63.255.255',
    '100.128.0.1',
    '172.15.255.255',
    '172.32.0.1',
    '192.167.255.255',
    '223.255.255.255',
    '2606:4700::1111',
    '2a00:1450:4001:80b::200e',
    '2001:4860:4860::8888',
  ])('%s is public', (address) => {
    expect(isPublicAddress(address)).toBe(true);
  });

  it('repeats no secret of a URL in messages', () => {
    for (const url of WRITTEN) {
      try {
        checkDestination(url, PUBLIC);
      } catch (error) {
        expect((error as Error).message).not.toContain('secret-word');
      }
    }
  });

  it('allows private networks and plain http when the operator does', () => {
    const rules = { privateNetworks: true, plainHttp: true };
    expect(checkDestination('http://127.0.0.1:3000/mcp', rules).port).toBe('3000');
    expect(() => checkDestination('file:///etc/passwd', rules)).toThrow(EgressError);
    expect(() => checkDestination('http://user:word@127.0.0.1/', rules)).toThrow(EgressError);
  });

  it('counts dialled connections (self-check)', async () => {
    await expect(ask('http://127.0.0.1:9/', { privateNetworks: true, plainHttp: true })).rejects.toThrow(FetchFault);
    expect(dialled).toBeGreaterThan(0);
  });
});
