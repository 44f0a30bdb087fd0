// What an MCP tool returned, as the one text a call's `output` is.

import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

/**
 * Text is text, several pieces on lines of their own. Where there is more than text – images, sound, resources – it is the JSON
 * of the content, block by block as the server gave it. A structured result that no text repeats is its JSON.
 */
export function outputText({ content, structuredContent }: CallToolResult): string {
  const texts = content.flatMap((block) => (block.type === 'text' ? [block.text] : []));
  if (texts.length < content.length) {
    return JSON.stringify(
      structuredContent === undefined ? content : { content, structured_content: structuredContent },
    );
  }
  if (texts.length === 0 && structuredContent !== undefined) return JSON.stringify(structuredContent);
  return texts.join('\n');
}
