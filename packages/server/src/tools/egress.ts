// Which addresses may be dialled for a client: judged on the address a name stands for, at the moment it is dialled, so that no
// name can be one thing when it is checked and another when it is used.

import { lookup as resolveName } from 'node:dns/promises';
import { BlockList, isIP, isIPv6, type LookupFunction } from 'node:net';

/** What may be dialled. Both are off for whatever a client supplies. */
export interface EgressRules {
  /** This machine, private networks, and everything else that is not the public internet. */
  readonly privateNetworks: boolean;
  /** `http:` besides `https:`. */
  readonly plainHttp: boolean;
}

/** All addresses of a name. Rejects when it has none. */
export type Resolve = (name: string) => Promise<readonly string[]>;

/** A destination that must not be dialled. The message says why, in words for whoever asked; it repeats no more than the host's name. */
export class EgressError extends Error {
  override readonly name = 'EgressError';
}

/** IPv4 that is not the public internet (IANA's special-purpose registry), multicast and the rest of class E included. */
const SPECIAL_V4 = blockList(
  'ipv4',
  '0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.31.196.0/24 ' +
    '192.52.193.0/24 192.88.99.0/24 192.168.0.0/16 192.175.48.0/24 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4',
);
/** All of IPv6 that is handed out to the public … */
const GLOBAL_V6 = blockList('ipv6', '2000::/3');
/** … but for these: protocol assignments with Teredo in them, documentation, 6to4, and what stands for an IPv4 address. */
const SPECIAL_V6 = blockList('ipv6', '2001::/23 2001:db8::/32 2002::/16 2620:4f:8000::/48 3fff::/20');

function blockList(family: 'ipv4' | 'ipv6', networks: string): BlockList {
  const list = new BlockList();
  for (const network of networks.split(' ')) {
    const [address = '', bits] = network.split('/');
    list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** Whether an IP address is one of the public internet. An IPv4 address inside an IPv6 one never is. */
export function isPublicAddress(address: string): boolean {
  const plain = address.split('%', 1)[0] as string; // a zone names an interface of this machine
  if (plain !== address) return false;
  if (isIPv6(address)) return GLOBAL_V6.check(address, 'ipv6') && !SPECIAL_V6.check(address, 'ipv6');
  return isIP(address) === 4 && !SPECIAL_V4.check(address, 'ipv4');
}

/**
 * The address of an MCP server as it may be dialled. Throws an `EgressError` for one that is no URL, has another scheme, a user's
 * name or password, or names a host by an address that may not be dialled. Names are judged later, by `guardedLookup`.
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

/** The host of a URL, an IPv6 address without its brackets. */
const hostOf = ({ hostname }: URL): string => (hostname.startsWith('[') ? hostname.slice(1, -1) : hostname);

const resolveAll: Resolve = async (name) =>
  (await resolveName(name, { all: true, verbatim: true })).map(({ address }) => address);

/**
 * What a socket asks for the addresses of a name. Answers all of them if all may be dialled, and fails with an `EgressError`
 * if one may not: a name that is public and private at once is a trick.
 */
export function guardedLookup(rules: EgressRules, resolve: Resolve = resolveAll): LookupFunction {
  return (name, options, callback) => {
    resolve(name).then(
      (addresses) => {
        const wrong = addresses.find(
          (address) => isIP(address) === 0 || !(rules.privateNetworks || isPublicAddress(address)),
        );
        if (wrong !== undefined || addresses.length === 0) {
          return callback(new EgressError(`${shown(name)} is not a public address`), '', 0);
        }
        const found = addresses.map((address) => ({ address, family: isIP(address) }));
        const wanted =
          options.family === 4 || options.family === 6
            ? found.filter(({ family }) => family === options.family)
            : found;
        const [first] = wanted;
        if (!first) return callback(new EgressError(`${shown(name)} has no address of that kind`), '', 0);
        if (options.all) callback(null, wanted);
        else callback(null, first.address, first.family);
      },
      () => callback(new EgressError(`${shown(name)} cannot be resolved`), '', 0),
    );
  };
}

/** A host's name as it may stand in a message. */
const shown = (name: string): string => name.replace(/[^\x21-\x7e]/g, '?').slice(0, 253);
