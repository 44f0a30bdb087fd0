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
  /** The tools that the server was given. */
  const received: unknown[] = [];
  beforeAll(async () => {
    library = await startLibrary();
    const servers = [{ label: 'books', url: library.url, allow_private: true }];
    served = await serveConsole({
      engine: parrot(),
      mcp: mcpAccess(readMcpConfig({ servers }), {}),
      onLine: (_, line) => {
        const { session } = (line.from === 'client' ? line.event : {}) as { session?: { tools?: unknown } };
        if (session?.tools) received.push(session.tools);
      },
    });
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

  it('[CO73, CO70] adds an MCP server in fields, and neither shows nor stores its authorization', async () => {
    const secret = 'token-of-somebody';
    received.length = 0;
    const opened = await served.open();
    const { page } = opened;
    await page.getByRole('button', { name: 'Connect', exact: true }).click();
    await page.getByText('Connected', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    await page.getByRole('button', { name: 'Add a tool' }).click();
    await page.getByRole('menuitem', { name: 'MCP server' }).click();
    await page.getByText('Enter the address of the server.', { exact: true }).waitFor();
    await page.getByRole('combobox', { name: 'Server', exact: true }).selectOption('by its label');
    await page.getByLabel('Label', { exact: true }).fill('my books');
    await page.getByLabel('Authorization', { exact: true }).fill(secret);
    await page.getByText(/^Expected 1 to 64 letters/).waitFor();
    await page.getByLabel('Allowed tools').fill('lend');
    await page.getByLabel('Label', { exact: true }).fill('books');
    await page.keyboard.press('Tab');
    await page.getByRole('combobox', { name: 'Approval', exact: true }).selectOption('never: without asking');
    await conversation(page).getByText('books: 1 tool').first().waitFor();
    await expect
      .poll(() => received)
      .toContainEqual([
        {
          ...{ type: 'mcp', server_label: 'books', require_approval: 'never' },
          ...{ allowed_tools: ['lend'], authorization: secret },
        },
      ]);

    const toast = page.getByRole('status', { name: 'Notifications' });
    await toast.getByText('[REDACTED]').first().waitFor();
    expect(await page.getByLabel('Authorization', { exact: true }).getAttribute('type')).toBe('password');
    expect(await page.getByLabel('Tools (JSON)').inputValue()).not.toContain(secret);
    await page.getByRole('button', { name: 'Close settings' }).click();
    await page.getByRole('link', { name: 'Events', exact: true }).click();
    const updates = page.getByRole('listbox', { name: 'Events' }).getByRole('option', { name: /session\.update\b/ });
    await updates.last().click();
    await page
      .getByRole('region', { name: /^Line \d+$/ })
      .getByText('[REDACTED]')
      .first()
      .waitFor();
    expect(await page.evaluate(() => document.body.innerText)).not.toContain(secret);
    await page.getByRole('button', { name: 'Settings', exact: true }).click();
    // What is pasted into the JSON moves to the field.
    await page
      .getByLabel('Tools (JSON)')
      .fill('[{"type": "mcp", "server_label": "books", "authorization": "another-token"}]');
    await page.getByLabel('Authorization', { exact: true }).focus();
    expect(await page.getByLabel('Authorization', { exact: true }).inputValue()).toBe('another-token');
    expect(await page.getByLabel('Tools (JSON)').inputValue()).not.toContain('another-token');
    const stored = await page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));
    expect(stored).not.toMatch(/token/);
    expectSound(opened);
  });
});
