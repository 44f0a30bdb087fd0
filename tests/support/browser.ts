// The built console in headless Chromium with a real server. One browser per test file, one page per test.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Listening, type ServerOptions } from '@colloquy/server';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { expect } from 'vitest';
import { buildProduct } from '../../scripts/build.mjs';

const HOME = join(import.meta.dirname, '../../packages/console');

/** Why tests that need the browser are skipped; `undefined` where there is one. */
export const browserMissing = process.env.CHROMIUM
  ? undefined
  : (process.env.CHROMIUM_MISSING ?? 'CHROMIUM is not set');

const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--autoplay-policy=no-user-gesture-required',
];

export interface ConsolePage {
  readonly page: Page;
  /** What the page wrote to its console, threw, or was forbidden by the content security policy. */
  readonly faults: string[];
  /** Requests to anywhere but the server. */
  readonly strangers: string[];
  /** Dialogs that opened. */
  readonly dialogs: string[];
}

export interface ConsoleBrowser {
  readonly browser: Browser;
  /** A new page, empty of what others did, at an address behind the `#`; of another server than the first, by its `url`. */
  open(hash?: string, options?: BrowserContextOptions & { url?: string }): Promise<ConsolePage>;
  /** Closes the pages there are: what nobody looks at any more should cost nothing. */
  closePages(): Promise<void>;
  close(): Promise<void>;
}

/** Builds the page if it is stale, and returns its folder. */
async function builtConsole(): Promise<string> {
  if ((await buildProduct('console', { out: 2 })) !== 0) throw new Error('the console cannot be built');
  return join(HOME, 'dist');
}

/** Starts a browser for a server; `flags` are further words of its command line. */
export async function startBrowser(home: string, flags: readonly string[] = []): Promise<ConsoleBrowser> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM as string,
    args: [...FLAGS, ...flags],
  });
  const contexts: BrowserContext[] = [];
  return {
    browser,
    async open(hash = '', { url = home, ...options } = {}) {
      const context = await browser.newContext({ viewport: { width: 1200, height: 800 }, ...options });
      contexts.push(context);
      const page = await context.newPage();
      // Shorter than a test may take: what was waited for is told.
      page.setDefaultTimeout(60_000);
      const watched: ConsolePage = { page, faults: [], strangers: [], dialogs: [] };
      page.on('console', (message) => {
        if (['error', 'warning'].includes(message.type())) watched.faults.push(message.text());
      });
      page.on('pageerror', (error) => watched.faults.push(String(error)));
      page.on('request', (request) => {
        const { protocol, origin } = new URL(request.url());
        const isOwn = origin === new URL(url).origin || protocol === 'blob:' || protocol === 'data:';
        if (!isOwn) watched.strangers.push(request.url());
      });
      page.on('dialog', (dialog) => {
        watched.dialogs.push(dialog.message());
        void dialog.dismiss();
      });
      await page.goto(`${url}/${hash}`);
      return watched;
    },
    async closePages() {
      await Promise.all(contexts.splice(0).map((context) => context.close()));
    },
    close: () => browser.close(),
  };
}

export interface ServedConsole extends Listening, ConsoleBrowser {
  /** Where the page lies as it is built. */
  readonly consoleDir: string;
}

/** A server that serves the page, and a browser for it. */
export async function serveConsole(options: ServerOptions = {}, flags: readonly string[] = []): Promise<ServedConsole> {
  const consoleDir = await builtConsole();
  const dataDir = mkdtempSync(join(tmpdir(), 'colloquy-console-data-'));
  const server = createServer({ port: 0, tlsPort: 0, consoleDir, dataDir, ...options });
  const listening = await server.listen();
  const browser = await startBrowser(listening.url, flags);
  return {
    ...listening,
    ...browser,
    consoleDir,
    async close() {
      await browser.close();
      await server.close({ graceMs: 0 });
      rmSync(dataDir, { recursive: true, force: true });
    },
  };
}

/** Nothing went wrong in the page, and it asked nobody else for anything. */
export function expectSound({ faults, strangers, dialogs }: ConsolePage): void {
  expect(faults).toEqual([]);
  expect(strangers).toEqual([]);
  expect(dialogs).toEqual([]);
}
