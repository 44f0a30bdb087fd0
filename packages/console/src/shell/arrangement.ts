// Which panels of a log are shown side by side, by the width of the window, the view of the address, and what there is to show.

import type { Tab } from '../route.ts';
import type { Layout } from './layout.ts';

export interface Arrangement {
  readonly conversation: boolean;
  readonly timeline: boolean;
  readonly events: boolean;
  /** What is selected: in a column of its own, below the middle, as a sheet over the lower half, or not at all. */
  readonly inspector: 'column' | 'below' | 'sheet' | undefined;
}

export interface ArrangedLog {
  readonly layout: Layout;
  readonly tab: Tab;
  /** Whether the log has no lines yet. */
  readonly isEmpty: boolean;
  readonly hasSelection: boolean;
  /** Whether something else takes the column of the inspector. */
  readonly isSideTaken: boolean;
}

export function arrange({ layout, tab, isEmpty, hasSelection, isSideTaken }: ArrangedLog): Arrangement {
  if (layout === 'wide') {
    const isOverview = tab === 'conversation';
    return {
      conversation: isOverview,
      timeline: tab === 'timeline' || (isOverview && !isEmpty),
      events: tab === 'events' || (isOverview && !isEmpty),
      inspector: isEmpty || isSideTaken ? undefined : 'column',
    };
  }
  if (layout === 'medium') {
    return {
      conversation: true,
      timeline: !isEmpty && tab !== 'events',
      events: !isEmpty && tab === 'events',
      inspector: hasSelection && !isEmpty ? 'below' : undefined,
    };
  }
  return {
    conversation: tab === 'conversation',
    timeline: tab === 'timeline',
    events: tab === 'events',
    inspector: hasSelection && !isSideTaken ? 'sheet' : undefined,
  };
}
