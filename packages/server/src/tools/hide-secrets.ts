// Removes the operator's and client's secrets from the answers of an MCP server.

import { type McpCallError, REDACTED } from '@colloquy/protocol';
import type { ListedTool } from '@colloquy/session';
import type { McpTarget } from './mcp-access.ts';
import { cutText } from './unicode.ts';

/** Replaces the secrets sent to a server, in case it repeats them. */
export const redactSecrets = (text: string, { secrets }: McpTarget): string =>
  secrets.reduce((clean, secret) => clean.replaceAll(secret, REDACTED), text);

export function withoutSecrets(tools: ListedTool[], target: McpTarget): ListedTool[] {
  const isClean = (tool: ListedTool) => !target.secrets.some((secret) => JSON.stringify(tool).includes(secret));
  return tools.filter(isClean);
}

export const NOT_MADE_PREFIX = /^The call was not made: /;

/** Prepares an error for the session: without secrets, at most 512 characters. */
export const redactError = (error: McpCallError, target: McpTarget): McpCallError => ({
  ...error,
  message: cutText(redactSecrets(error.message, target), 512),
});

/** The error of a call that was not made because the server could not confirm that the tool is unchanged. */
export function notMadeError(error: McpCallError, target: McpTarget): McpCallError {
  const redacted = redactError(error, target);
  if (error.type !== 'tool_execution_error' || NOT_MADE_PREFIX.test(redacted.message)) return redacted;
  return { type: error.type, message: 'The call was not made: its server gave no answer that can be used.' };
}
