// Decides which addresses may be dialled for a client. A host name is checked when it is dialled, on the addresses it
// resolves to, so that it cannot change in between.

import { lookup as resolveName } from 'node:dns/promises';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';

/** What may be dialled. Both are off for URLs that a client supplies. */
export interface EgressRules {
  /** This machine, private networks, and all other addresses outside the public internet. */
  readonly privateNetworks: boolean;
  /** `http:` in addition to `https:`. */
  readonly plainHttp: boolean;
}

/** Resolves a name to all of its addresses. Rejects if it has none. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/**
 * A destination that must not be dialled. The message gives the reason, and repeats nothing of the URL but the host
 * name.
 */
export class EgressError extends Error {
  override readonly name = 'EgressError';
}

/** IPv4 outside the public internet (IANA special-purpose registry), with multicast and class E. */
const SPECIAL_V4 = blockList(
  'ipv4',
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 ' +
    '192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
);
/** IPv6 assigned to the public internet … */
const GLOBAL_V6 = blockList('ipv6', '2000::/3');
/** … without these: protocol assignments (with Teredo), documentation, 6to4, and embedded IPv4 addresses. */
const SPECIAL_V6 = blockList('ipv6', '2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20');

function blockList(family: 'ipv4' | 'ipv6', networks: string): BlockList {
  const list = new BlockList();
  for (const network of networks.split(' ')) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** True for an address of the public internet. Never true for an IPv4 address embedded in an IPv6 one. */
export function isPublicAddress(address: string): boolean {
  const plain = address.split('%', 1)[0] as string; // a zone names an interface of this machine
  if (plain !== address) return false;
  if (isIPv6(address)) return GLOBAL_V6.check(address, 'ipv6') && !SPECIAL_V6.check(address, 'ipv6');
  return isIP(address) === 4 && !SPECIAL_V4.check(address, 'ipv4');
}

/**
 * Parses and checks the URL of an MCP server. Throws an `EgressError` if it is no URL, has another scheme, a user name
 * or password, or a literal address that may not be dialled. Host names are checked later, by `guardedLookup`.
 */
export function checkDestination(text: string, rules: EgressRules): URL {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    throw new EgressError('the address is no URL'); // it is not repeated: it may hold a password
  }
  if (url.protocol !== 'https:' && !(url.protocol === 'http:' && rules.plainHttp)) {
    throw new EgressError(`only ${rules.plainHttp ? 'http and https' : 'https'} addresses are dialled`);
  }
  if (url.username !== '' || url.password !== '') throw new EgressError('the address holds a user name or password');
  const host = hostOf(url);
  if (host === '') throw new EgressError('the address names no host');
  if (isIP(host) !== 0 && !rules.privateNetworks && !isPublicAddress(host)) {
    throw new EgressError(`${host} is not a public address`);
  }
  return url;
}

/** The host of a URL; an IPv6 address without its brackets. */
const hostOf = ({ hostname }: URL): string => (hostname.startsWith('[') ? hostname.slice(1, -1) : hostname);

const resolveAll: Resolve = async (name) =>
  (await resolveName(name, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * The `lookup` function of a socket. Returns all addresses of a name, and fails with an `EgressError` if any of them
 * may not be dialled: a name with both a public and a private address is an attack.
 */
export function guardedLookup(rules: EgressRules, resolve: Resolve = resolveAll): LookupFunction {
  return (name, options, callback) => {
    resolve(name).then(
      (addresses) => {
        const forbidden = addresses.find(
          (address) => isIP(address) === 0 || !(rules.privateNetworks || isPublicAddress(address)),
        );
        if (forbidden !== undefined || addresses.length === 0) {
          return callback(new EgressError(`${printable(name)} is not a public address`), '', 0);
        }
        const candidates = addresses.map((address) => ({ address, family: isIP(address) }));
        const matching =
          options.family === 4 || options.family === 6
            ? candidates.filter(({ family }) => family === options.family)
            : candidates;
        const [first] = matching;
        if (!first) return callback(new EgressError(`${printable(name)} has no address of that kind`), '', 0);
        if (options.all) callback(null, matching);
        else callback(null, first.address, first.family);
      },
      () => callback(new EgressError(`${printable(name)} cannot be resolved`), '', 0),
    );
  };
}

/** A host name that is safe in a message: printable ASCII, at most 253 characters. */
const printable = (name: string): string => name.replace(/[^\x21-\x7e]/g, '?').slice(0, 253);
