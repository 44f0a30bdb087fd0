// Where one is in the console, as it stands behind the `#` of the address: every view has an address of its own.
//
//   #/talk                                 talk to this server
//   #/session/<id>/timeline                watch a live session
//   #/recording/<name>/events?at=<line>    look into a recording of this server, at a line
//   #/talk?select=turn:3                   with something selected: a turn, response, item or row
//   #/demo                                 the demo session
//   #/file                                 look into a file of one's own; it never leaves the page. #/file2: the other of two compared
//   #/compare/<log>/<log>                  two logs beside each other: recording:<name>, file:1, file:2
//   #/home?sort=-errors&has=slow           what there is to look at, with the order and the filters of the table

import { readSelection, type Selection, selectionWord } from './log/selection.ts';
import { readTableState, type TableState, tableQuery } from './sessions/table-state.ts';

/** The views of one log. */
export const TABS = ['conversation', 'timeline', 'events'] as const;
export type Tab = (typeof TABS)[number];

/** What a log is taken from. */
export type LogSource =
  | { readonly kind: 'talk' }
  | { readonly kind: 'session'; readonly id: string }
  | { readonly kind: 'recording'; readonly name: string }
  | { readonly kind: 'demo' }
  | { readonly kind: 'file'; readonly slot: 1 | 2 };

export type Place =
  /** Without a table it is shown as it was last. */
  | { readonly view: 'home'; readonly table?: TableState }
  | {
      readonly view: 'log';
      readonly source: LogSource;
      readonly tab: Tab;
      readonly line?: number;
      readonly selection?: Selection;
    }
  | { readonly view: 'compare'; readonly left: LogSource | undefined; readonly right: LogSource | undefined };

/** Whoever opens the page can talk at once. */
export const START: Place = { view: 'log', source: { kind: 'talk' }, tab: 'conversation' };

/** Reads the part behind the `#`. Never throws; what makes no sense leads to the start. */
export function readPlace(hash: string): Place {
  const [path = '', query = ''] = hash.replace(/^#/, '').split('?', 2);
  const [, view, ...rest] = path.split('/').map(unescaped);
  const [first, second] = rest;
  switch (view) {
    case 'home': {
      const table = readTableState(query);
      return { view: 'home', ...(table && { table }) };
    }
    case 'compare':
      return { view: 'compare', left: readSource(first), right: readSource(second) };
    case 'talk':
      return inLog({ kind: 'talk' }, first, query);
    case 'demo':
      return inLog({ kind: 'demo' }, first, query);
    case 'file':
      return inLog({ kind: 'file', slot: 1 }, first, query);
    case 'file2':
      return inLog({ kind: 'file', slot: 2 }, first, query);
    case 'session':
      return first ? inLog({ kind: 'session', id: first }, second, query) : START;
    case 'recording':
      return first ? inLog({ kind: 'recording', name: first }, second, query) : START;
    default:
      return START;
  }
}

function inLog(source: LogSource, tab: string | undefined, query: string): Place {
  const fields = new URLSearchParams(query);
  const line = Number(fields.get('at') ?? Number.NaN);
  const selection = readSelection(fields.get('select') ?? '');
  return {
    view: 'log',
    source,
    tab: TABS.find((each) => each === tab) ?? 'conversation',
    ...(Number.isInteger(line) && line > 0 && { line }),
    ...(selection && { selection }),
  };
}

function readSource(word: string | undefined): LogSource | undefined {
  if (word === 'talk') return { kind: 'talk' };
  if (word === 'demo') return { kind: 'demo' };
  if (word === 'file:1') return { kind: 'file', slot: 1 };
  if (word === 'file:2') return { kind: 'file', slot: 2 };
  if (word?.startsWith('recording:')) return { kind: 'recording', name: word.slice('recording:'.length) };
  if (word?.startsWith('session:')) return { kind: 'session', id: word.slice('session:'.length) };
  return undefined;
}

/** A log in one word; `-` for none. */
export function sourceWord(source: LogSource | undefined): string {
  switch (source?.kind) {
    case 'talk':
    case 'demo':
      return source.kind;
    case 'file':
      return `file:${source.slot}`;
    case 'session':
      return `session:${source.id}`;
    case 'recording':
      return `recording:${source.name}`;
    default:
      return '-';
  }
}

const escaped = encodeURIComponent;

function unescaped(word: string): string {
  try {
    return decodeURIComponent(word);
  } catch {
    // Half an escape is no escape.
    return word;
  }
}

/** The address of a place, `#` included. */
export function addressOf(place: Place): string {
  if (place.view === 'home') return `#/home${place.table ? `?${tableQuery(place.table)}` : ''}`;
  if (place.view === 'compare')
    return `#/compare/${escaped(sourceWord(place.left))}/${escaped(sourceWord(place.right))}`;
  const { source, tab, line, selection } = place;
  const name = source.kind === 'session' ? source.id : source.kind === 'recording' ? source.name : undefined;
  const kind = source.kind === 'file' && source.slot === 2 ? 'file2' : source.kind;
  const path = [kind, ...(name === undefined ? [] : [escaped(name)]), ...(tab === 'conversation' ? [] : [tab])];
  const fields = [
    ...(line === undefined ? [] : [`at=${line}`]),
    // A colon needs no escape in an address.
    ...(selection ? [`select=${escaped(selectionWord(selection)).replace('%3A', ':')}`] : []),
  ];
  return `#/${path.join('/')}${fields.length > 0 ? `?${fields.join('&')}` : ''}`;
}

/** Whether two places show the same log. */
export function isSameSource(one: LogSource, other: LogSource): boolean {
  return sourceWord(one) === sourceWord(other);
}
