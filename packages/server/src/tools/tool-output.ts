// Converts the result of an MCP tool to the text of a call's `output`.

import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js';

/**
 * Text blocks are joined by line breaks. If there are other blocks (images, audio, resources), the output is the JSON
 * of the content, in order. A structured result without text is its JSON.
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
