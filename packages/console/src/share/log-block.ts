// A log inside the viewer: written into a copy of its file by Share, and read when that copy opens.

import { readFrame } from '@colloquy/protocol';

/** What the viewer is without a log; Share puts one in place of it. */
const EMPTY = '<script type="application/x-ndjson" id="log"></script>';

/** A copy of the viewer with a log; `undefined` if the page is no viewer. Nothing in the text can end the block or begin another. */
export function pageWithLog(page: string, name: string, log: string): string | undefined {
  const at = page.indexOf(EMPTY);
  if (at < 0) return undefined;
  // In JSON these stand only in strings, where an escape means the same.
  const text = `${JSON.stringify(name)}\n${log}`.replaceAll('<', '\\u003c').replaceAll('>', '\\u003e');
  const end = EMPTY.indexOf('></') + 1;
  return `${page.slice(0, at)}${EMPTY.slice(0, end)}\n${text}${EMPTY.slice(end)}${page.slice(at + EMPTY.length)}`;
}

/** The log that this page has inside, as a file. */
export function embeddedLog(): File | undefined {
  const text = document.getElementById('log')?.textContent?.trim();
  if (!text) return undefined;
  const end = text.indexOf('\n');
  return new File([text.slice(end + 1)], nameIn(text.slice(0, end)));
}

/** Edited by hand, it may be anything: the log is still there. */
function nameIn(line: string): string {
  const read = readFrame(line, false);
  return read.ok && typeof read.value === 'string' && read.value !== '' ? read.value : 'Shared log';
}
