// The built console in headless Chromium with a real server. One browser per test file, one page per test.

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Listening, type ServerOptions } from '@colloquy/server';
import { type Browser, type BrowserContext, type CDPSession, chromium, type Page } from 'playwright-core';
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
  '--renderer-process-limit=1',
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

export interface PageOptions {
  /** The server the page comes from; the one that was started with the browser by default. */
  readonly url?: string;
  readonly viewport?: { width: number; height: number };
  readonly colorScheme?: 'light' | 'dark';
  /** A browser profile for this page alone: what changes a whole profile, such as a clock, then changes no other page. */
  readonly isAlone?: boolean;
}

export interface ConsoleBrowser {
  readonly browser: Browser;
  /** A new page at an address behind the `#`. It shares its storage with the pages opened since the last `closePages`. */
  open(hash?: string, options?: PageOptions): Promise<ConsolePage>;
  /** Closes the pages there are, and forgets what they stored. */
  closePages(): Promise<void>;
  close(): Promise<void>;
}

/** Builds the page if it is stale, and returns its folder. */
async function builtConsole(): Promise<string> {
  if ((await buildProduct('console', { out: 2 })) !== 0) throw new Error('the console cannot be built');
  return join(HOME, 'dist');
}

const VIEWPORT = { width: 1200, height: 800 };

/**
 * A browser profile that is emptied, not made anew: a new one starts a process, which takes three times as long as all a page does.
 * One page stays, so that the process does.
 */
async function openProfile(browser: Browser) {
  const context = await browser.newContext();
  const resident: CDPSession = await context.newCDPSession(await context.newPage());
  const pages: Page[] = [];
  const origins = new Set<string>();
  return {
    async newPage(origin: string): Promise<Page> {
      const page = await context.newPage();
      pages.push(page);
      origins.add(origin);
      return page;
    },
    async empty(): Promise<void> {
      await Promise.all(pages.splice(0).map((page) => page.close()));
      await context.clearCookies();
      for (const origin of origins) await resident.send('Storage.clearDataForOrigin', { origin, storageTypes: 'all' });
    },
  };
}

/** Starts a browser for a server; `flags` are further words of its command line. */
export async function startBrowser(home: string, flags: readonly string[] = []): Promise<ConsoleBrowser> {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM as string,
    args: [...FLAGS, ...flags],
  });
  const profile = await openProfile(browser);
  const alone: BrowserContext[] = [];
  return {
    browser,
    async open(hash = '', { url = home, viewport = VIEWPORT, colorScheme = 'light', isAlone = false } = {}) {
      if (isAlone) alone.push(await browser.newContext());
      const page = await (isAlone ? (alone.at(-1) as BrowserContext).newPage() : profile.newPage(new URL(url).origin));
      await page.setViewportSize(viewport);
      await page.emulateMedia({ colorScheme });
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
      await Promise.all([profile.empty(), ...alone.splice(0).map((context) => context.close())]);
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
