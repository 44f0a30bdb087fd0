// What a response is made with: the session's configuration under its own parameters, and the items it names as `input`.

import type { RealtimeResponseCreateParams } from '@colloquy/protocol';
import { audioFormat, mergeReasoning, prompt, withoutSecrets } from './config-merge.ts';
import { type ContextItem, contextItem, isReference } from './context.ts';
import type { Draft } from './draft.ts';
import type { ResponseConfig } from './engine-event.ts';
import { storedForm } from './new-item.ts';
import { offers } from './session-config.ts';
import type { SessionState } from './state.ts';
import { itemTokens } from './usage.ts';

/** The session's configuration of this moment, overlaid with the response's own fields [RS7]. */
export function overlay({ config, model }: SessionState, params: RealtimeResponseCreateParams): ResponseConfig {
  const tools = params.tools ? params.tools.map(withoutSecrets) : config.tools;
  const choice = params.tool_choice ?? config.tool_choice;
  const { format, voice, speed } = config.audio.output;
  const overlaid: ResponseConfig = {
    model,
    output_modalities: params.output_modalities ?? config.output_modalities,
    instructions: params.instructions ?? config.instructions,
    tools,
    // A choice taken over from the session may name a tool that this response does not offer.
    tool_choice: typeof choice === 'object' && !offers(tools, choice) ? 'auto' : choice,
    max_output_tokens: params.max_output_tokens ?? config.max_output_tokens,
    audio: {
      output: {
        format: audioFormat(format, params.audio?.output?.format),
        voice: params.audio?.output?.voice ?? voice,
        speed,
      },
    },
    prompt: params.prompt === undefined ? config.prompt : params.prompt && prompt(config.prompt, params.prompt),
    metadata: params.metadata ?? null,
  };
  const parallel = params.parallel_tool_calls ?? config.parallel_tool_calls;
  if (parallel !== undefined) overlaid.parallel_tool_calls = parallel;
  const reasoning = mergeReasoning(config.reasoning, params.reasoning);
  if (reasoning) overlaid.reasoning = reasoning;
  return overlaid;
}

/** The items of `input`, ready for an engine. The host keeps their audio, under ids of our own, until the response is done. */
export function givenContext(draft: Draft, input: NonNullable<RealtimeResponseCreateParams['input']>) {
  const { format } = draft.state.config.audio.input;
  const items: ContextItem[] = [];
  const audio: string[] = [];
  let counted = 0;
  for (const given of input) {
    if (isReference(given)) {
      items.push(contextItem(draft.state, given.id)!);
      continue;
    }
    const stored = storedForm(draft, given, counted);
    counted += stored.base64.filter((text) => text !== null).length;
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
