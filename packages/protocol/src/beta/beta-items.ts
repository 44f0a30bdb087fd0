// Conversation items in beta and GA: assistant parts have other names in beta; images and MCP items do not exist there.

import type { Issue } from '../errors.ts';
import { quote } from '../schema/check.ts';
import { isObject } from './beta-fields.ts';

/** The item types both dialects have. */
const BETA_ITEM_TYPES = ['message', 'function_call', 'function_call_output'] as const;
/** The part types of beta. `item_reference` is an item inside `response.create.input`, not a part. */
const BETA_PART_TYPES = ['input_text', 'input_audio', 'text', 'audio'] as const;

const includes = (list: readonly string[], value: unknown): boolean => list.includes(value as string);

/**
 * An item as GA names it: `text` and `audio` become `output_*` where the assistant speaks, else `input_*`. What is not an item,
 * or not known, stays as it is.
 */
export function itemToGa(item: unknown): unknown {
  if (!isObject(item) || !Array.isArray(item.content)) return item;
  const side = item.role === 'assistant' ? 'output' : 'input';
  return {
    ...item,
    content: item.content.map((part) =>
      isObject(part) && (part.type === 'text' || part.type === 'audio')
        ? { ...part, type: `${side}_${part.type}` }
        : part,
    ),
  };
}

/** An item as beta names it, and the indexes of the parts beta does not have; `undefined` when it has no such item [BT9]. */
export function itemToBeta(item: unknown): { item: Record<string, unknown>; leftOut: number[] } | undefined {
  if (!isObject(item) || !includes([...BETA_ITEM_TYPES, 'item_reference'], item.type)) return undefined;
  if (!Array.isArray(item.content)) return { item, leftOut: [] };
  const content: unknown[] = [];
  const leftOut: number[] = [];
  for (const [index, part] of item.content.entries()) {
    const type = isObject(part) && typeof part.type === 'string' ? part.type.replace(/^output_/, '') : undefined;
    if (isObject(part) && includes(BETA_PART_TYPES, type)) content.push(type === part.type ? part : { ...part, type });
    else leftOut.push(index);
  }
  return { item: { ...item, content }, leftOut };
}

/** Why a beta client may not offer this item: a type or a part that only GA has. All else is the GA server's to judge. */
export function refuseGaItem(item: unknown, path: string): Issue | undefined {
  if (!isObject(item)) return undefined;
  if (typeof item.type === 'string' && /^mcp_/.test(item.type))
    return notAmong(BETA_ITEM_TYPES, item.type, `${path}.type`);
  if (!Array.isArray(item.content)) return undefined;
  const index = item.content.findIndex((part) => isObject(part) && part.type === 'input_image');
  return index < 0 ? undefined : notAmong(BETA_PART_TYPES, 'input_image', `${path}.content[${index}].type`);
}

const notAmong = (values: readonly string[], value: string, param: string): Issue => ({
  code: 'invalid_value',
  param,
  message: `Invalid value: '${quote(value)}'. Supported values are: ${values.map((each) => `'${each}'`).join(', ')}.`,
});
