// What an MCP server answered, without what it was given in confidence.

import { type McpCallError, REDACTED } from '@colloquy/protocol';
import type { ListedTool } from '@colloquy/session';
import type { McpTarget } from './mcp-access.ts';
import { cutText } from './unicode.ts';

/** What a server was shown does not come back to whoever talks to it, whatever the server does. */
export const hidden = (text: string, { secrets }: McpTarget): string =>
  secrets.reduce((clean, secret) => clean.replaceAll(secret, REDACTED), text);

export function withoutSecrets(tools: ListedTool[], target: McpTarget): ListedTool[] {
  const isClean = (tool: ListedTool) => !target.secrets.some((secret) => JSON.stringify(tool).includes(secret));
  return tools.filter(isClean);
}

export const NOT_MADE = /^The call was not made: /;

/** An error as the session may hear it: without secrets, and not too long. */
export const shownError = (error: McpCallError, target: McpTarget): McpCallError => ({
  ...error,
  message: cutText(hidden(error.message, target), 512),
});

/** Why a call was not made, when its server could not be asked whether the tool is still the same. */
export function notMade(error: McpCallError, target: McpTarget): McpCallError {
  const shown = shownError(error, target);
  if (error.type !== 'tool_execution_error' || NOT_MADE.test(shown.message)) return shown;
  return { type: error.type, message: 'The call was not made: its server gave no answer that can be used.' };
}
