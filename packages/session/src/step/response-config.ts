// Configuration and `input` of a response. Parameters of the response override those of the session.

import type { RealtimeResponseCreateParams } from '@colloquy/protocol';
import { mergeAudioFormat, mergePrompt, mergeReasoning, withoutSecrets } from './config-merge.ts';
import { type ContextItem, contextItem, isReference } from './context.ts';
import type { Draft } from './draft.ts';
import type { ResponseConfig } from './engine-event.ts';
import { toStoredForm } from './new-item.ts';
import { offersChoice } from './session-config.ts';
import type { SessionState } from './state.ts';
import { itemTokens } from './usage.ts';

/** The session's present configuration, overridden by the fields of the response [RS7]. */
export function overlayConfig({ config, model }: SessionState, params: RealtimeResponseCreateParams): ResponseConfig {
  const tools = params.tools ? params.tools.map(withoutSecrets) : config.tools;
  const choice = params.tool_choice ?? config.tool_choice;
  const { format, voice, speed } = config.audio.output;
  const result: ResponseConfig = {
    model,
    output_modalities: params.output_modalities ?? config.output_modalities,
    instructions: params.instructions ?? config.instructions,
    tools,
    // A choice inherited from the session may name a tool that this response does not offer.
    tool_choice: typeof choice === 'object' && !offersChoice(tools, choice) ? 'auto' : choice,
    max_output_tokens: params.max_output_tokens ?? config.max_output_tokens,
    audio: {
      output: {
        format: mergeAudioFormat(format, params.audio?.output?.format),
        voice: params.audio?.output?.voice ?? voice,
        speed,
      },
    },
    prompt: params.prompt === undefined ? config.prompt : params.prompt && mergePrompt(config.prompt, params.prompt),
    metadata: params.metadata ?? null,
  };
  const parallel = params.parallel_tool_calls ?? config.parallel_tool_calls;
  if (parallel !== undefined) result.parallel_tool_calls = parallel;
  const reasoning = mergeReasoning(config.reasoning, params.reasoning);
  if (reasoning) result.reasoning = reasoning;
  return result;
}

/** Resolves the items of `input`. The host stores their audio, under minted ids, until the response is done. */
export function inputContext(draft: Draft, input: NonNullable<RealtimeResponseCreateParams['input']>) {
  const { format } = draft.state.config.audio.input;
  const items: ContextItem[] = [];
  const audio: string[] = [];
  let audioCount = 0;
  for (const inputItem of input) {
    if (isReference(inputItem)) {
      items.push(contextItem(draft.state, inputItem.id)!);
      continue;
    }
    const stored = toStoredForm(draft, inputItem, audioCount);
    audioCount += stored.base64.filter((text) => text !== null).length;
    const id = stored.audio ? draft.mintItem() : stored.id;
    const item = { ...stored.item, id };
    items.push({ item, tokens: itemTokens(item, stored.audio, format) });
    if (!stored.audio) continue;
    audio.push(id);
    for (const [content_index, text] of stored.base64.entries()) {
      if (text) draft.do({ do: 'store_audio', item_id: id, content_index, format, audio: text });
    }
  }
  return { items, audio };
}
