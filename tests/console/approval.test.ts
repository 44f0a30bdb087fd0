// Approving and denying the calls of a real MCP server in the page.

import { mcpAccess, parrot, readMcpConfig } from '@colloquy/server';
import { browserMissing, expectSound, type ServedConsole, serveConsole } from '@support/browser.ts';
import { type Library, startLibrary } from '@support/library.ts';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';

const conversation = (page: Page) => page.getByRole('list', { name: 'Conversation' });

describe.skipIf(browserMissing)(`approvals in the page${browserMissing ? ` (${browserMissing})` : ''}`, () => {
  let library: Library;
  let served: ServedConsole;
  beforeAll(async () => {
    library = await startLibrary();
    const servers = [{ label: 'books', url: library.url, allow_private: true }];
    served = await serveConsole({ engine: parrot(), mcp: mcpAccess(readMcpConfig({ servers }), {}) });
  });
  afterEach(() => served.closePages());
  afterAll(async () => {
    await served?.close();
    await library?.kill();
  });

  /** A session with the tools of the library, in which a call has been asked for. */
  async function requestApproval(text: string) {
    const opened = await served.open();
    const { page } = opened;
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await page.getByLabel('Tools (JSON)').fill('[{"type": "mcp", "server_label": "books"}]');
    await page.getByRole('button', { name: 'Connect' }).click();
    await conversation(page).getByText('books: 2 tools').waitFor();
    await page.getByLabel('Message').fill(text);
    await page.keyboard.press('Enter');
    await conversation(page).getByText('MCP approval request').waitFor();
    return opened;
  }

  it('[MC10, MC12] shows all of what is to be called, and what came of it once it is approved', async () => {
    library.ledger.length = 0;
    const opened = await requestApproval('call lend {"title":"Atlas\\u202e\\u0000","a":{"d":1,"c":[2]}}');
    const { page } = opened;
    const request = page.locator('[data-type="mcp_approval_request"]');
    const output = await request.locator('pre').innerText();
    // Keys in order, and what one does not see by its number.
    expect(output.replaceAll(/\s/g, '')).toBe('{"a":{"c":[2],"d":1},"title":"AtlasU+202E\\u0000"}');
    expect(await request.getByText(/^All arguments/).innerText()).toMatch(/: \d+ characters, SHA-256 [0-9a-f]{16}/);
    expect(library.ledger).toEqual([]);
    await page.getByRole('button', { name: 'Approve' }).click();
    await page.locator('[data-type="mcp_call"]').getByText('is yours until Friday.').waitFor();
    await conversation(page).getByText('Approved', { exact: true }).waitFor();
    expect(library.ledger).toMatchObject([{ name: 'lend', args: { title: 'Atlas\u202e\u0000' } }]);
    // And the answer goes on with what was returned.
    await conversation(page)
      .getByText(/^You said: /)
      .waitFor();
    expect(await page.getByRole('button', { name: 'Approve' }).count()).toBe(0);
    expectSound(opened);
  });

  it('[MC10] makes no call that is denied, and says so', async () => {
    library.ledger.length = 0;
    const opened = await requestApproval('call lend {"title":"Atlas"}');
    const { page } = opened;
    await page.getByRole('button', { name: 'Deny' }).click();
    await conversation(page).getByText('Denied', { exact: true }).waitFor();
    await page
      .locator('[data-type="mcp_call"]')
      .getByText(/^Failed: /)
      .waitFor();
    expect(library.ledger).toEqual([]);
    expectSound(opened);
  });
});
