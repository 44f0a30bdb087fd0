// A log of a spoken session as the wire has it, made of turns with known times: for tests of turns, timeline and advice.

/** Milliseconds, unless a field says otherwise. */
export interface LoggedTurn {
  /** What the user says, and for how long. */
  readonly text: string;
  readonly speechMs: number;
  /** Pauses inside the speech: when in it, and how long. */
  readonly pauses?: readonly (readonly [at: number, ms: number])[];
  readonly silenceMs?: number;
  /** From the report of the end of speech to the transcript. */
  readonly sttMs?: number;
  readonly llmMs?: number;
  readonly clauseMs?: number;
  readonly ttsMs?: number;
  readonly answer: string;
  readonly answerMs: number;
  /** A function is called first, and takes so long. */
  readonly tool?: { readonly name: string; readonly ms: number };
  /** The user interrupts after so much of the answer. */
  readonly interruptedMs?: number;
  /** Before the user speaks. */
  readonly idleMs?: number;
}

const CHUNK_MS = 100;
const BYTES_PER_MS = 48;

interface Line {
  readonly at: number;
  readonly from: 'client' | 'server';
  readonly event: object;
}

class LogWriter {
  readonly lines: Line[] = [];

  readonly #silenceMs: number;

  now = 0;

  /** The last item of the conversation. */
  lastItem: string | null = null;

  /** Audio that was appended, in milliseconds. */
  audio = 0;

  #events = 0;

  constructor(silenceMs: number) {
    this.#silenceMs = silenceMs;
  }

  server(at: number, event: object): void {
    this.#events += 1;
    this.lines.push({ at, from: 'server', event: { event_id: `event_${this.#events}`, ...event } });
  }

  addItem(at: number, item: { readonly id: string; readonly [field: string]: unknown }): void {
    this.server(at, { type: 'conversation.item.added', previous_item_id: this.lastItem, item });
    this.lastItem = item.id;
  }

  client(at: number, event: object): void {
    this.lines.push({ at, from: 'client', event });
  }

  /** Audio until a time of the log: loud where the user speaks. */
  append(until: number, isLoud: (at: number) => boolean): void {
    for (; this.audio + CHUNK_MS <= until; this.audio += CHUNK_MS) {
      const audio = pcm(CHUNK_MS, (ms) => (isLoud(this.audio + ms) ? 0.5 : 0.002), this.audio);
      this.client(this.audio + CHUNK_MS, { type: 'input_audio_buffer.append', audio });
    }
  }

  begin(): void {
    const turn_detection = { type: 'server_vad', silence_duration_ms: this.#silenceMs, create_response: true };
    const format = { type: 'audio/pcm', rate: 24_000 };
    const input = { format, turn_detection, transcription: { model: 'gpt-4o-transcribe' } };
    const session = {
      id: 'sess_spoken',
      type: 'realtime',
      model: 'gpt-realtime',
      audio: { input, output: { format } },
    };
    this.server(0, { type: 'session.created', session });
  }
}

/** The lines of a log of these turns. Audio is appended in real time, so its clock is that of the log. */
export function spokenLog(turns: readonly LoggedTurn[], silenceMs = 500): string[] {
  const log = new LogWriter(silenceMs);
  log.begin();
  for (const [index, turn] of turns.entries()) speak(log, turn, index, turn.silenceMs ?? silenceMs);
  log.append(log.now + 300, () => false);
  return log.lines.toSorted((a, b) => a.at - b.at).map((line) => JSON.stringify(line));
}

function speak(log: LogWriter, turn: LoggedTurn, index: number, silenceMs: number): void {
  const { text, speechMs, pauses = [], sttMs = 200, idleMs = 600 } = turn;
  const item_id = `item_user_${index}`;
  const from = log.now + idleMs;
  const to = from + speechMs;
  const isPause = (ms: number) => pauses.some(([at, length]) => ms >= at && ms < at + length);
  const stopped = to + silenceMs;
  log.append(stopped, (at) => at >= from && at < to && !isPause(at - from));
  log.server(from + 120, { type: 'input_audio_buffer.speech_started', audio_start_ms: from, item_id });
  log.server(stopped, { type: 'input_audio_buffer.speech_stopped', audio_end_ms: stopped, item_id });
  log.server(stopped + 1, { type: 'input_audio_buffer.committed', item_id, previous_item_id: log.lastItem });
  const content = [{ type: 'input_audio', transcript: null }];
  const item = { id: item_id, object: 'realtime.item', type: 'message', role: 'user', status: 'completed', content };
  log.addItem(stopped + 2, item);
  log.server(stopped + 2 + sttMs, {
    type: 'conversation.item.input_audio_transcription.completed',
    ...{ item_id, content_index: 0, transcript: text, usage: { type: 'duration', seconds: speechMs / 1000 } },
  });
  respond(log, turn, index, stopped + 2);
}

function respond(log: LogWriter, turn: LoggedTurn, index: number, createdAt: number): void {
  const { sttMs = 200, llmMs = 300, clauseMs = 100, ttsMs = 150, tool } = turn;
  let created = createdAt;
  let first = created + sttMs + llmMs;
  if (tool) {
    const done = first + 80;
    call(log, tool, index, [created, first, done]);
    created = done + tool.ms + 5;
    first = created + llmMs;
  }
  const { answer, answerMs, interruptedMs } = turn;
  const response_id = `resp_${index}`;
  const item_id = `item_answer_${index}`;
  const of = { response_id, item_id, output_index: 0, content_index: 0 };
  const message = { id: item_id, object: 'realtime.item', type: 'message', role: 'assistant', content: [] };
  const started = { ...message, status: 'in_progress' };
  log.server(created, { type: 'response.created', response: response(response_id, 'in_progress') });
  log.server(first, { type: 'response.output_item.added', response_id, output_index: 0, item: started });
  log.addItem(first, started);
  const part = { type: 'audio', transcript: '' };
  log.server(first + clauseMs, { type: 'response.content_part.added', ...of, part });
  log.server(first + clauseMs, { type: 'response.output_audio_transcript.delta', ...of, delta: answer });
  const sound = first + clauseMs + ttsMs;
  // Twice as fast as it is played, as servers do.
  const sentMs = Math.min(answerMs, interruptedMs === undefined ? answerMs : 2 * interruptedMs);
  for (let ms = 0; ms < sentMs; ms += CHUNK_MS) {
    const delta = pcm(CHUNK_MS, (at) => 0.35 * Math.abs(Math.sin((ms + at) / 260)), ms);
    log.server(sound + ms / 2, { type: 'response.output_audio.delta', ...of, delta });
  }
  const isCut = interruptedMs !== undefined;
  const ended = isCut ? sound + interruptedMs : sound + sentMs / 2 + 20;
  if (isCut)
    log.client(ended + 2, {
      type: 'conversation.item.truncate',
      item_id,
      content_index: 0,
      audio_end_ms: interruptedMs,
    });
  const output = [
    { ...message, status: isCut ? 'incomplete' : 'completed', content: [{ type: 'output_audio', transcript: answer }] },
  ];
  log.server(ended + 1, {
    type: 'response.done',
    response: response(response_id, isCut ? 'cancelled' : 'completed', output, isCut),
  });
  if (isCut)
    log.server(ended + 8, {
      type: 'conversation.item.truncated',
      item_id,
      content_index: 0,
      audio_end_ms: interruptedMs,
    });
  // The next turn interrupts this one.
  log.now = isCut ? ended - 720 : Math.max(ended, sound + answerMs);
}

type Times = readonly [created: number, first: number, done: number];

function call(log: LogWriter, { name, ms }: NonNullable<LoggedTurn['tool']>, index: number, times: Times): void {
  const [created, first, done] = times;
  const response_id = `resp_call_${index}`;
  const item = {
    id: `item_call_${index}`,
    object: 'realtime.item',
    type: 'function_call',
    name,
    call_id: `call_${index}`,
  };
  const whole = { ...item, arguments: '{"city":"Paris"}', status: 'completed' };
  log.server(created, { type: 'response.created', response: response(response_id, 'in_progress') });
  log.server(first, {
    type: 'response.output_item.added',
    response_id,
    output_index: 0,
    item: { ...item, arguments: '', status: 'in_progress' },
  });
  log.addItem(first, { ...item, arguments: '', status: 'in_progress' });
  const of = { response_id, item_id: item.id, output_index: 0, call_id: item.call_id };
  log.server(first + 20, { type: 'response.function_call_arguments.delta', ...of, delta: whole.arguments });
  log.server(done, { type: 'response.function_call_arguments.done', ...of, name, arguments: whole.arguments });
  log.server(done, { type: 'response.output_item.done', response_id, output_index: 0, item: whole });
  log.server(done, { type: 'response.done', response: response(response_id, 'completed', [whole]) });
  const result = {
    id: `item_output_${index}`,
    type: 'function_call_output',
    call_id: item.call_id,
    output: '{"sky":"clear"}',
  };
  log.client(done + ms, { type: 'conversation.item.create', item: result });
  log.addItem(done + ms, { ...result, status: 'completed' });
  log.client(done + ms + 1, { type: 'response.create' });
}

const response = (id: string, status: string, output: readonly object[] = [], isCut = false) => ({
  ...{ object: 'realtime.response', id, status, output, conversation_id: 'conv_1' },
  status_details: isCut ? { type: 'cancelled', reason: 'turn_detected' } : null,
  usage: status === 'in_progress' ? null : USAGE,
});

const USAGE = {
  ...{ total_tokens: 420, input_tokens: 340, output_tokens: 80 },
  input_token_details: {
    text_tokens: 120,
    audio_tokens: 220,
    cached_tokens: 64,
    cached_tokens_details: { text_tokens: 64 },
  },
  output_token_details: { text_tokens: 20, audio_tokens: 60 },
};

/** A hum with a loudness at each millisecond. */
function pcm(ms: number, loudness: (ms: number) => number, phase: number): string {
  const samples = new Int16Array((ms * BYTES_PER_MS) / 2);
  for (let i = 0; i < samples.length; i++) {
    const at = i / 24;
    const hum = Math.sin((phase + at) * 0.9) * (0.55 + 0.45 * Math.sin((phase + at) / 70));
    samples[i] = Math.round(hum * loudness(at) * 32_767);
  }
  return Buffer.from(samples.buffer).toString('base64');
}
