// What the table of sessions lists and in which order, and the same as the query of an address: `sort=-errors&has=error,slow`.

/** What the server filters by; of live sessions the page does it itself. */
export const TRAITS = ['error', 'slow', 'interruption', 'tool'] as const;
export type Trait = (typeof TRAITS)[number];

/** In the order in which the table shows them. */
export const COLUMNS = [
  'session',
  'started',
  'length',
  'turns',
  'first-audio',
  'worst',
  'interruptions',
  'errors',
  'tools',
  'cost',
  'engine',
] as const;
export type Column = (typeof COLUMNS)[number];

export interface Order {
  readonly by: Column;
  readonly isDescending: boolean;
}

export const NEWEST_FIRST: Order = { by: 'started', isDescending: true };

/** What is listed. */
export interface SessionQuery {
  /** A text that was said. */
  readonly text: string;
  readonly traits: readonly Trait[];
  readonly isLiveOnly: boolean;
}

export interface SessionFilters extends SessionQuery {
  /** Whether recordings are shown in which nothing happened. */
  readonly isEmptyShown: boolean;
}

export const NO_FILTERS: SessionFilters = { text: '', traits: [], isLiveOnly: false, isEmptyShown: false };

export interface TableState {
  readonly order: Order;
  readonly filters: SessionFilters;
}

/** Most characters of a search. */
export const MAX_SEARCH_CHARS = 200;

/** Reads the query of an address; what makes no sense is left out. `undefined` if nothing in it is of a table. */
export function readTableState(query: string): TableState | undefined {
  const fields = new URLSearchParams(query);
  if (!['sort', 'has', 'live', 'empty', 'q'].some((name) => fields.has(name))) return undefined;
  const has = (fields.get('has') ?? '').split(',');
  return {
    order: readOrder(fields.get('sort') ?? ''),
    filters: {
      text: (fields.get('q') ?? '').slice(0, MAX_SEARCH_CHARS).trim(),
      traits: TRAITS.filter((trait) => has.includes(trait)),
      isLiveOnly: fields.get('live') === '1',
      isEmptyShown: fields.get('empty') === '1',
    },
  };
}

function readOrder(word: string): Order {
  const by = COLUMNS.find((column) => column === word.replace(/^-/, ''));
  return by ? { by, isDescending: word.startsWith('-') } : NEWEST_FIRST;
}

/** The query of an address. It always names the order, so that it is never empty. */
export function tableQuery({ order, filters }: TableState): string {
  const { text, traits, isLiveOnly, isEmptyShown } = filters;
  const has = TRAITS.filter((trait) => traits.includes(trait));
  return [
    `sort=${order.isDescending ? '-' : ''}${order.by}`,
    ...(has.length > 0 ? [`has=${has.join(',')}`] : []),
    ...(isLiveOnly ? ['live=1'] : []),
    ...(isEmptyShown ? ['empty=1'] : []),
    ...(text === '' ? [] : [`${new URLSearchParams({ q: text })}`]),
  ].join('&');
}
