// A minimal reader of beta events that knows the conversation, to judge the bridge. It uses only the beta names.

/** One item as the reader knows it. */
export interface BetaRead {
  id: string;
  type: string;
  /** Words by `content_index`; `undefined` where there are none, or no more. */
  texts: (string | undefined)[];
  /** `pcm16` by `content_index`. */
  audio: (Buffer | undefined)[];
  /** Parts of which no more is heard. */
  cut: Set<number>;
  arguments: string;
}

interface Part {
  text?: string;
  transcript?: string | null;
}
/** Every field of the events read here. Which event has which, the reader trusts. */
interface Event {
  type: string;
  item: { id: string; type: string; content?: Part[]; arguments?: string };
  previous_item_id: string | null;
  item_id: string;
  content_index: number;
  part: Part;
  delta: string;
  text: string;
  transcript: string;
  audio_end_ms: number;
}

/** 24 kHz, 16 bit, mono. */
const BYTES_PER_MS = 48;

export function createBetaReader() {
  const items = new Map<string, BetaRead>();
  const order: string[] = [];
  /** What no beta client could make sense of. */
  const complaints: string[] = [];

  const wordsOf = (part: Part) => part.text ?? part.transcript ?? undefined;
  const closePart = ({ item_id, content_index }: Event, text: string | undefined) => {
    const item = items.get(item_id);
    if (item && !item.cut.has(content_index)) item.texts[content_index] = text;
  };
  const join = (event: Event) =>
    closePart(event, (items.get(event.item_id)?.texts[event.content_index] ?? '') + event.delta);

  const readers: Record<string, (event: Event) => void> = {
    'conversation.item.created': ({ item, previous_item_id }) => {
      if (items.has(item.id)) complaints.push('an item was created twice');
      const at = previous_item_id === null ? -1 : order.indexOf(previous_item_id);
      if (previous_item_id !== null && at < 0) complaints.push('the item before is one nobody was told of');
      order.splice(at + 1, 0, item.id);
      const texts = (item.content ?? []).map(wordsOf);
      items.set(item.id, {
        id: item.id,
        type: item.type,
        texts,
        audio: [],
        cut: new Set(),
        arguments: item.arguments ?? '',
      });
    },
    'conversation.item.deleted': ({ item_id }) => {
      if (!items.delete(item_id)) complaints.push('an item was deleted that nobody was told of');
      order.splice(order.indexOf(item_id), 1);
    },
    'conversation.item.truncated': (event) => {
      closePart(event, undefined);
      const item = items.get(event.item_id);
      item?.cut.add(event.content_index);
      const chunks = item?.audio[event.content_index];
      if (item && chunks) item.audio[event.content_index] = chunks.subarray(0, event.audio_end_ms * BYTES_PER_MS);
    },
    'conversation.item.input_audio_transcription.completed': (event) => closePart(event, event.transcript),
    'response.content_part.added': (event) => closePart(event, wordsOf(event.part)),
    'response.text.delta': join,
    'response.audio_transcript.delta': join,
    'response.text.done': (event) => closePart(event, event.text),
    'response.audio_transcript.done': (event) => closePart(event, event.transcript),
    'response.audio.delta': ({ item_id, content_index, delta }) => {
      const item = items.get(item_id);
      if (!item || item.cut.has(content_index)) return;
      item.audio[content_index] = Buffer.concat([
        item.audio[content_index] ?? Buffer.alloc(0),
        Buffer.from(delta, 'base64'),
      ]);
    },
    'response.function_call_arguments.delta': ({ item_id, delta }) => {
      const item = items.get(item_id);
      if (item) item.arguments += delta;
    },
  };
  return {
    apply: (event: object) => readers[(event as Event).type]?.(event as Event),
    items: () => order.map((id) => items.get(id) as BetaRead),
    complaints,
  };
}
