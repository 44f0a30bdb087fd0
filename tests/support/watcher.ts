// Checks the events of one session for violations of the order laws that need no knowledge of causes. For any server.

import type { Frame } from './session-harness.ts';

interface Spoken {
  text: string;
  transcript: string;
  arguments: string;
  parts: number;
  isDone: boolean;
}

interface Answer {
  outOfBand: boolean;
  items: string[];
  isDone: boolean;
}

export interface Watcher {
  /** Takes the next frame. Answers what is wrong with it. */
  see(frame: Frame): string[];
  /** What is still owed: responses without their `response.done`, items without their `done`. */
  owed(): { responses: string[]; items: string[] };
}

/** A watcher of a session that has sent nothing yet. */
export function watch(): Watcher {
  const items = new Map<string, 'announced' | 'added' | 'done'>();
  const previous = new Map<string, string | null>();
  const spoken = new Map<string, Spoken>();
  const truncated = new Set<string>();
  const answers = new Map<string, Answer>();
  const eventIds = new Set<string>();
  /** Deltas of the user's transcriptions, joined, by item. */
  const transcribed = new Map<string, string>();
  let turn: string | null = null;
  let detection = '';

  function see(frame: Frame): string[] {
    const problems: string[] = [];
    const must = (holds: boolean, what: string) => holds || problems.push(`${frame.type}: ${what}`);
    const { type } = frame;
    must(!eventIds.has(frame.event_id), 'event_id seen before');
    eventIds.add(frame.event_id);

    if (type === 'conversation.item.input_audio_transcription.delta') {
      transcribed.set(frame.item_id, (transcribed.get(frame.item_id) ?? '') + frame.delta);
    }
    if (type === 'conversation.item.input_audio_transcription.completed') {
      must(frame.transcript === (transcribed.get(frame.item_id) ?? ''), 'deltas that are not the transcript');
    }
    if (type === 'response.created') {
      const outOfBand = frame.response.conversation_id === null;
      const isFree = outOfBand || ![...answers.values()].some((other) => !other.outOfBand && !other.isDone);
      must(isFree, 'a second active response in the default conversation');
      must(!answers.has(frame.response.id), 'created twice');
      answers.set(frame.response.id, { outOfBand, items: [], isDone: false });
      return problems;
    }
    const response_id: string | undefined = frame.response?.id ?? frame.response_id;
    const answer = response_id === undefined ? undefined : answers.get(response_id);
    if (response_id !== undefined) {
      must(answer !== undefined, 'a response not introduced');
      must(!answer?.isDone || type.startsWith('output_audio_buffer.'), 'after its response.done');
    }
    if (type === 'response.output_item.added' && answer) {
      must(frame.output_index === answer.items.length, 'output_index is not the next');
      answer.items.push(frame.item!.id!);
      const call = frame.item as { arguments?: string };
      spoken.set(frame.item!.id!, {
        text: '',
        transcript: '',
        arguments: call.arguments ?? '',
        parts: 0,
        isDone: false,
      });
      return problems;
    }
    if (frame.output_index !== undefined && answer) {
      const id = frame.item?.id ?? frame.item_id;
      must(answer.items[frame.output_index] === id, 'output_index and item do not go together');
    }
    if (type === 'input_audio_buffer.speech_started') {
      must(turn === null, 'a turn is open');
      turn = frame.item_id;
      items.set(frame.item_id, 'announced');
    } else if (type === 'input_audio_buffer.speech_stopped') {
      must(turn === frame.item_id, 'not of the open turn');
    } else if (type === 'input_audio_buffer.timeout_triggered') items.set(frame.item_id, 'announced');
    else if (type === 'input_audio_buffer.committed') {
      must(turn === null || turn === frame.item_id, 'another id than the open turn');
      items.set(frame.item_id, 'announced');
      turn = null;
    } else if (type === 'input_audio_buffer.cleared') turn = null;
    else if (type === 'session.created' || type === 'session.updated') {
      // Another type of turn detection, or none, drops an open turn without a word [SE23].
      const now = String(frame.session.audio.input.turn_detection?.type);
      if (now !== detection) turn = null;
      detection = now;
    } else if (type === 'conversation.item.added') {
      const id = frame.item!.id!;
      must(items.get(id) !== 'added' && items.get(id) !== 'done', 'added twice');
      must(frame.previous_item_id === null || items.has(frame.previous_item_id), 'previous item not introduced');
      items.set(id, 'added');
      previous.set(id, frame.previous_item_id);
    } else if (type === 'conversation.item.done') {
      const id = frame.item!.id!;
      must(items.get(id) === 'added', 'done without added');
      must(previous.get(id) === frame.previous_item_id, 'another previous_item_id than added');
      items.set(id, 'done');
    } else if (type === 'conversation.item.deleted') {
      must(items.get(frame.item_id) === 'done', 'deleted an item that is not there');
      items.delete(frame.item_id);
    } else if (frame.item_id !== undefined && !type.startsWith('response.')) {
      must(items.has(frame.item_id), 'item not introduced');
    }
    if (type === 'conversation.item.truncated') truncated.add(frame.item_id);
    if (type.startsWith('response.') || type === 'conversation.item.done') speak(frame, must);
    if (type === 'response.done' && answer) {
      answer.isDone = true;
      must(
        JSON.stringify(frame.response.output.map((item: Frame) => item.id)) === JSON.stringify(answer.items),
        'output',
      );
      for (const item of frame.response.output) repeats(item, must);
    }
    return problems;
  }

  type Must = (holds: boolean, what: string) => unknown;

  function speak(frame: Frame, must: Must): void {
    const audio = spoken.get(frame.item?.id ?? frame.item_id);
    if (!audio) return;
    must(!audio.isDone, 'after the end of its item');
    switch (frame.type) {
      case 'response.content_part.added':
        must(frame.content_index === audio.parts++, 'content_index is not the next');
        break;
      case 'response.output_text.delta':
        must(audio.parts > 0, 'no part');
        audio.text += frame.delta;
        break;
      case 'response.output_audio_transcript.delta':
        must(audio.parts > 0, 'no part');
        audio.transcript += frame.delta;
        break;
      case 'response.mcp_call_arguments.delta':
      case 'response.function_call_arguments.delta':
        audio.arguments += frame.delta;
        break;
      case 'response.output_text.done':
        must(frame.text === audio.text, 'text is not the sum of its deltas');
        break;
      case 'response.output_audio_transcript.done':
        must(frame.transcript === audio.transcript, 'transcript is not the sum of its deltas');
        break;
      case 'response.mcp_call_arguments.done':
      case 'response.function_call_arguments.done':
        must(frame.arguments === audio.arguments, 'arguments are not the sum of their deltas');
        break;
      case 'response.content_part.done':
        must((frame.part.text ?? frame.part.transcript) === (audio.text || audio.transcript), 'part is not the sum');
        break;
      case 'response.output_item.done':
        audio.isDone = true;
        repeats(frame.item as Frame['item'] & object, must);
        break;
      case 'conversation.item.done':
        repeats(frame.item as Frame['item'] & object, must);
        break;
    }
  }

  /** An item says what was streamed; of a truncated one, the words are gone. */
  function repeats(item: { id?: string; content?: unknown; arguments?: unknown }, must: Must): void {
    const audio = spoken.get(item.id!);
    if (!audio) return;
    if (typeof item.arguments === 'string') must(item.arguments === audio.arguments, 'item: arguments');
    const [part] = (item.content ?? []) as { text?: string; transcript?: string | null }[];
    if (!part) return;
    if (truncated.has(item.id!)) must(part.transcript === null, 'item: words of a truncated item');
    else must((part.text ?? part.transcript) === (audio.text || audio.transcript), 'item: words');
  }

  function owed(): { responses: string[]; items: string[] } {
    return {
      responses: [...answers].filter(([, { isDone }]) => !isDone).map(([id]) => `${id} without response.done`),
      items: [...items].filter(([, stage]) => stage === 'added').map(([id]) => `${id} added and not done`),
    };
  }

  return { see, owed };
}
