// Where in a log turns begin, answers were interrupted, and errors happened: the marks of the scrubber.

import type { FrameLog } from './frame-log.ts';
import { frameOf, type LogRow } from './log-row.ts';

export type TickKind = 'turn' | 'interruption' | 'error';

export interface Tick {
  readonly row: number;
  readonly kind: TickKind;
}

export interface Ticks {
  /** Ascending. The list grows. */
  readonly list: readonly Tick[];
  /** Reads on, to the end of what there is. */
  advance(): void;
}

export function createTicks({ rows, errors }: Pick<FrameLog, 'rows' | 'errors'>): Ticks {
  const list: Tick[] = [];
  let read = 0;
  let errorsRead = 0;
  return {
    list,
    advance() {
      for (; read < rows.length; read++) {
        const kind = errors[errorsRead] === read ? 'error' : tickOf(rows[read] as LogRow);
        if (errors[errorsRead] === read) errorsRead += 1;
        if (kind) list.push({ row: read, kind });
      }
    },
  };
}

interface Fields {
  readonly item?: { readonly type?: unknown; readonly role?: unknown };
  readonly response?: { readonly status?: unknown };
}

function tickOf(row: LogRow): TickKind | undefined {
  const frame = frameOf(row);
  if (frame?.from !== 'server') return undefined;
  const { item, response } = frame.event as Fields;
  switch (frame.event.type) {
    case 'conversation.item.added':
      return item?.type === 'message' && item.role === 'user' ? 'turn' : undefined;
    case 'conversation.item.truncated':
      return 'interruption';
    case 'response.done':
      return response?.status === 'cancelled' ? 'interruption' : undefined;
    default:
      return undefined;
  }
}
