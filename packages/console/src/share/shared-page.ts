// Makes one HTML file of a log: the viewer of this server with the log inside.

import type { Answer } from '../sources/server-api.ts';
import { pageWithLog } from './log-block.ts';

/** Whether this page can make one: a viewer cannot read its own file. */
export const canSharePage = (): boolean => document.getElementById('log') === null;

/** `log` has the lines of a recording. */
export async function sharedPage(name: string, log: Blob): Promise<Answer<Blob>> {
  const failed: Answer<Blob> = { ok: false, status: 0, message: 'The server does not answer, or has no viewer.' };
  try {
    const response = await fetch('viewer.html', { cache: 'no-store' });
    const text = await log.text();
    const page = response.ok ? pageWithLog(await response.text(), name, text) : undefined;
    return page === undefined ? failed : { ok: true, value: new Blob([page], { type: 'text/html' }) };
  } catch {
    // The server went away.
    return failed;
  }
}
