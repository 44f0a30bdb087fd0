// The quality of the call that is open, in one line. Read once a second.

import { useEffect, useState } from 'preact/hooks';
import { readCallStatistics, statisticsText } from './call-statistics.ts';
import type { Talk } from './talk.ts';

const EVERY_MS = 1000;

export function CallLine({ talk }: { talk: Talk }) {
  const call = talk.call.value;
  const [text, setText] = useState('');
  useEffect(() => {
    setText('');
    if (!call) return undefined;
    const read = () =>
      call.statistics().then(
        (report) => setText(statisticsText(readCallStatistics(report.values()))),
        // The call has ended meanwhile.
        () => {},
      );
    void read();
    const timer = setInterval(read, EVERY_MS);
    return () => clearInterval(timer);
  }, [call]);
  return <span class="call-line">{text}</span>;
}
