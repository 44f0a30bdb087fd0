// What happened when: lanes and spans on one time axis. To be built here.

import { countOf, type Viewing } from '../sources/viewing.ts';

export function TimelineView({ viewing }: { viewing: Viewing }) {
  const count = countOf(viewing);
  return <p>{count} lines</p>;
}
