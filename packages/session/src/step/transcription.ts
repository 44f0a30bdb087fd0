// Transcription of the user's audio. Its events may come before, during or after a response [TX3].

import type { TranscriptionUsage } from '@colloquy/protocol';
import type { Draft } from './draft.ts';
import { tableDelete, tableGet, tableSet } from './hash-table.ts';
import type { SpeechEvent } from './input.ts';
import { wantsLogprobs } from './input-audio-buffer.ts';
import { getItem, replaceItem } from './item-table.ts';
import type { PendingTranscription } from './state.ts';
import { textTokens } from './usage.ts';

type TranscriptionEvent = Extract<SpeechEvent, { item_id: string }>;
type TranscriptionError = Extract<SpeechEvent, { type: 'transcription.failed' }>['error'];

/** Models whose usage is counted in tokens; others in seconds of audio [TX6]. */
const COUNTED_IN_TOKENS = /^gpt-4o(-mini)?-transcribe/;
const INPUT_TOKENS_PER_SECOND = 10;

/**
 * Handles one event of the transcriber. Each committed turn gets exactly one `completed` or `failed`; later events, and
 * events for an item that was deleted or is not transcribed, are dropped [TX1, TX2, TX13].
 */
export function handleTranscription(draft: Draft, event: TranscriptionEvent): void {
  const pending = tableGet(draft.state.transcriptions, event.item_id);
  const base = { item_id: event.item_id, content_index: 0 };
  switch (event.type) {
    case 'transcription.delta':
      return sendDelta(draft, event, pending);
    case 'transcription.segment': {
      if (!pending && !isOpenTurn(draft, event.item_id)) return;
      const { text, speaker, start, end } = event;
      const id = draft.mint('event').replace('event', 'seg');
      const type = 'conversation.item.input_audio_transcription.segment';
      return draft.send({ type, ...base, id, text, speaker, start, end });
    }
    case 'transcription.completed': {
      if (!pending) return;
      return completeTranscription(draft, event, pending);
    }
    case 'transcription.failed': {
      if (!pending) return;
      const { type, code, message } = event.error;
      return failTranscription(draft, event.item_id, { type, code, message });
    }
  }
}

/** Sends the next delta, without trailing white space, which may be the transcript's end [TX19]. */
function sendDelta(
  draft: Draft,
  { item_id, delta: chunk, logprobs }: Extract<TranscriptionEvent, { delta: string }>,
  pending: PendingTranscription | undefined,
): void {
  const { state } = draft;
  const turn = isOpenTurn(draft, item_id) ? state.turn : null;
  const source = pending ?? turn;
  if (!source) return;
  const { text = '', blanks = '' } = source.sent ?? {};
  const whole = text === '' ? chunk.trimStart() : blanks + chunk;
  const delta = whole.trimEnd();
  const sent = { text: text + delta, blanks: whole.slice(delta.length) };
  if (pending) state.transcriptions = tableSet(state.transcriptions, item_id, { ...pending, sent });
  else if (turn) state.turn = { ...turn, sent };
  if (delta === '') return;
  const includesLogprobs = pending ? pending.logprobs : wantsLogprobs(state);
  draft.send({
    type: 'conversation.item.input_audio_transcription.delta',
    ...{ item_id, content_index: 0, delta },
    ...(includesLogprobs && logprobs ? { logprobs } : {}),
  });
}

/**
 * Completes the transcription of an item: sends the text that no delta has covered and stores the transcript [TX5,
 * TX12, TX19]. A transcriber that retracts text fails, because the deltas would not add up to the transcript.
 */
export function completeTranscription(
  draft: Draft,
  {
    item_id,
    transcript: rawTranscript,
    usage,
    languages,
    logprobs,
  }: Omit<Extract<TranscriptionEvent, { transcript: string }>, 'type'>,
  pending: PendingTranscription,
): void {
  const transcript = rawTranscript.trim();
  const { text: sent = '' } = pending.sent ?? {};
  if (!transcript.startsWith(sent)) return failTranscription(draft, item_id, RETRACTED);
  const delta = transcript.slice(sent.length);
  const type = 'conversation.item.input_audio_transcription.delta';
  if (delta !== '') draft.send({ type, item_id, content_index: 0, delta });
  deletePending(draft, item_id);
  const { state } = draft;
  const node = getItem(state.items, item_id);
  if (node?.item.type === 'message') {
    const [first] = node.item.content;
    if (first?.type === 'input_audio') {
      const item = { ...node.item, content: node.item.content.with(0, { ...first, transcript }) };
      state.items = replaceItem(state.items, item_id, { item, size: node.size + transcript.length });
    }
  }
  draft.send({
    type: 'conversation.item.input_audio_transcription.completed',
    item_id,
    content_index: 0,
    transcript,
    usage: usage ?? estimatedUsage(pending, transcript),
    ...(languages ? { languages } : {}),
    ...(pending.logprobs && logprobs ? { logprobs } : {}),
  });
}

const RETRACTED: TranscriptionError = {
  type: 'server_error',
  code: 'transcription_failed',
  message: 'The recogniser took back text that it had already given.',
};

function failTranscription(draft: Draft, item_id: string, error: TranscriptionError): void {
  deletePending(draft, item_id);
  const type = 'conversation.item.input_audio_transcription.failed';
  draft.send({ type, item_id, content_index: 0, error });
}

/** Whether the item is the open turn, whose deltas may come before the commit [TX4]. */
function isOpenTurn({ state }: Draft, item_id: string): boolean {
  return state.turn?.item_id === item_id && state.config.audio.input.transcription !== null;
}

function deletePending(draft: Draft, item_id: string): void {
  draft.state.transcriptions = tableDelete(draft.state.transcriptions, item_id);
}

function estimatedUsage({ model, seconds }: PendingTranscription, transcript: string): TranscriptionUsage {
  if (!COUNTED_IN_TOKENS.test(model)) return { type: 'duration', seconds: Math.round(seconds * 1000) / 1000 };
  const audio_tokens = Math.ceil(seconds * INPUT_TOKENS_PER_SECOND);
  const output_tokens = textTokens(transcript.length);
  return {
    type: 'tokens',
    total_tokens: audio_tokens + output_tokens,
    input_tokens: audio_tokens,
    output_tokens,
    input_token_details: { text_tokens: 0, audio_tokens },
  };
}
