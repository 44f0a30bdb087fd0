import { describe, expect, it } from 'vitest';
import { type ArrangedLog, arrange } from './arrangement.ts';

const LOG: ArrangedLog = {
  layout: 'wide',
  tab: 'conversation',
  isEmpty: false,
  hasSelection: false,
  isSideTaken: false,
};
/** The panels that are panelsOf, in one word each. */
const panelsOf = (log: Partial<ArrangedLog>) => {
  const { inspector, ...panels } = arrange({ ...LOG, ...log });
  const names = Object.entries(panels).flatMap(([name, isShown]) => (isShown ? [name] : []));
  return [...names, ...(inspector ? [`inspector ${inspector}`] : [])].join(', ');
};

describe('[CO36] the panels of a log', () => {
  it.each<[Partial<ArrangedLog>, string]>([
    [{}, 'conversation, timeline, events, inspector column'],
    [{ isEmpty: true }, 'conversation'],
    [{ isSideTaken: true }, 'conversation, timeline, events'],
    [{ tab: 'timeline' }, 'timeline, inspector column'],
    [{ tab: 'events' }, 'events, inspector column'],
    [{ layout: 'medium' }, 'conversation, timeline'],
    [{ layout: 'medium', isEmpty: true }, 'conversation'],
    [{ layout: 'medium', tab: 'events', hasSelection: true }, 'conversation, events, inspector below'],
    [{ layout: 'narrow' }, 'conversation'],
    [{ layout: 'narrow', tab: 'events', hasSelection: true }, 'events, inspector sheet'],
    [{ layout: 'narrow', tab: 'timeline', hasSelection: true, isSideTaken: true }, 'timeline'],
  ])('with %j: %s', (log, panels) => expect(panelsOf(log)).toBe(panels));
});
