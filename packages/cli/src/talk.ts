// The conversation of `colloquy talk`: queues input, requests one turn at a time, writes the response as it arrives.
// Socket: `connect.ts`; terminal: `commands/talk.ts`.

import {
  type ClientEvent,
  decodeServerEvent,
  encodeBase64,
  encodeEvent,
  eventTypeOf,
  redact,
  type ServerEvent,
} from '@colloquy/protocol';
import { createAnswerAudio, createResponseQueue } from '@colloquy/session';
import { printable, printableLine } from './printable.ts';
import type { SpokenInput, Talk, TalkOptions } from './talk-options.ts';

/** Events that change what is shown: an invalid one is a failure. */
const HANDLED_EVENTS: ReadonlySet<string> = new Set<ServerEvent['type']>([
  'response.created',
  'response.output_text.delta',
  'response.output_audio_transcript.delta',
  'response.output_audio.delta',
  'response.function_call_arguments.done',
  'response.done',
  'conversation.item.input_audio_transcription.completed',
  'conversation.item.input_audio_transcription.failed',
  'input_audio_buffer.cleared',
  'input_audio_buffer.speech_started',
  'error',
]);

/** Samples of one append: one second. Servers limit the length of a frame and the number of frames per second. */
const APPEND_SAMPLES = 24_000;
/** 16-bit mono at 24 kHz, both ways. */
const FORMAT = { type: 'audio/pcm', rate: 24_000 } as const;

interface Turn {
  /** Of the turns asked here, from 1. */
  readonly number: number;
  /** Our name for its `response.create`. */
  readonly event_id: string;
  readonly input: string | Int16Array;
}

export function createTalk(options: TalkOptions): Talk {
  return new TalkSession(options);
}

class TalkSession implements Talk {
  readonly #options: TalkOptions;
  readonly #queue = createResponseQueue<Turn>();
  readonly #answerAudio = createAnswerAudio(FORMAT);

  /** Transcripts of spoken turns that wait until the answer's line is complete. */
  readonly #lines: string[] = [];
  #hasAudio = false;
  #isListening = false;
  #onInputTaken: (() => void) | undefined;

  /** Text of the current answer so far. */
  #text = '';
  #turns = 0;
  #cancels = 0;
  #failures = 0;

  constructor(options: TalkOptions) {
    this.#options = options;
  }

  say(line: string): void {
    if (line.trim() !== '') this.#queueTurn(line);
  }

  speak(samples: Int16Array): void {
    return this.#queueTurn(samples);
  }

  openMicrophone(): SpokenInput {
    this.#isListening = true;
    this.#startAudio();
    return {
      write: (samples) => this.#append(samples),
      end: (onTaken) => {
        this.#onInputTaken = onTaken;
        // Answered after what came before it; a turn that is still open then is none.
        this.#emit({ type: 'input_audio_buffer.clear', event_id: 'talk_end' });
      },
    };
  }

  handleFrame(frame: string): void {
    const decoded = decodeServerEvent(frame);
    if (!decoded.ok) {
      const line = `a frame of ${frame.length} characters is invalid: ${printableLine(decoded.issues[0].message)}`;
      const type = eventTypeOf(frame);
      // Servers differ in events that are not handled here; those do no harm.
      if (type === undefined || HANDLED_EVENTS.has(type)) this.#fail(line);
      else if (this.#options.showFrames) this.#options.note(line);
      return;
    }
    this.#show('<', decoded.value);
    if (decoded.known) this.#handleEvent(decoded.value as ServerEvent);
  }

  cancel(): boolean {
    const cancel = this.#queue.cancel();
    if (cancel) this.#emit({ ...cancel, event_id: `talk_cancel_${++this.#cancels}` });
    return cancel !== undefined;
  }

  get isAnswering(): boolean {
    return this.#queue.current !== null;
  }

  get failures(): number {
    return this.#failures;
  }

  #show(mark: '>' | '<', event: unknown): void {
    if (this.#options.showFrames)
      this.#options.write(`${mark} ${printableLine(JSON.stringify(redact(event)) ?? '')}\n`);
  }

  #emit(event: ClientEvent): void {
    this.#show('>', event);
    this.#options.send(encodeEvent(event));
  }

  #fail(line: string): void {
    this.#failures += 1;
    this.#options.note(line);
  }

  /** Turns on audio in both directions, once. */
  #startAudio(): void {
    if (this.#hasAudio) return;
    this.#hasAudio = true;
    const turn_detection = this.#isListening ? ({ type: 'server_vad' } as const) : null;
    const audio = {
      input: { format: FORMAT, transcription: { model: 'whisper-1' }, turn_detection },
      output: { format: FORMAT },
    };
    this.#emit({
      type: 'session.update',
      event_id: 'talk_session',
      session: { type: 'realtime', output_modalities: [this.#options.playback ? 'audio' : 'text'], audio },
    });
  }

  #append(samples: Int16Array): void {
    for (let at = 0; at < samples.length; at += APPEND_SAMPLES) {
      const piece = samples.subarray(at, at + APPEND_SAMPLES);
      const audio = encodeBase64(new Uint8Array(piece.buffer, piece.byteOffset, piece.byteLength));
      this.#emit({ type: 'input_audio_buffer.append', audio });
    }
  }

  #sendTurn({ number, event_id: response, input }: Turn): void {
    const event_id = `talk_item_${number}`;
    if (this.#options.playback || typeof input !== 'string') this.#startAudio();
    if (typeof input === 'string') {
      const content = [{ type: 'input_text' as const, text: input }];
      this.#emit({ type: 'conversation.item.create', event_id, item: { type: 'message', role: 'user', content } });
    } else {
      this.#append(input);
      this.#emit({ type: 'input_audio_buffer.commit', event_id });
    }
    this.#emit({
      type: 'response.create',
      event_id: response,
      response: { output_modalities: [this.#options.playback ? 'audio' : 'text'] },
    });
  }

  #endTurn(): void {
    if (this.#options.showFrames) this.#options.write(this.#text === '' ? '' : `${printable(this.#text)}\n`);
    else if (this.#text !== '' && !this.#text.endsWith('\n')) this.#options.write('\n');
    this.#text = '';
    for (const line of this.#lines.splice(0)) this.#options.onTranscript?.(line);
    const next = this.#queue.next();
    if (next === undefined) this.#options.onIdle();
    else this.#sendTurn(next);
  }

  #showTranscript(line: string): void {
    // Not into the middle of an answer's line.
    if (this.#text !== '') this.#lines.push(line);
    else this.#options.onTranscript?.(line);
  }

  #playAudio(event: Extract<ServerEvent, { type: 'response.output_audio.delta' }>): void {
    const audio = this.#answerAudio.receive(event);
    if (!this.#options.playback || !audio) return;
    const { bytes } = audio;
    this.#options.playback.play(new Int16Array(bytes.slice(0, bytes.length - (bytes.length % 2)).buffer), audio);
  }

  /** The user speaks: stops the answer and truncates it to what was heard. */
  #interruptPlayback(): void {
    for (const truncation of this.#answerAudio.interrupt(this.#options.playback?.stop() ?? [])) this.#emit(truncation);
  }

  #appendText(delta: string): void {
    this.#text += delta;
    if (!this.#options.showFrames) this.#options.write(printable(delta));
  }

  /** Whether the current response is one that is shown: asked for here, or an answer to what the microphone heard. */
  #isShown(): boolean {
    const { current } = this.#queue;
    return current !== null && (this.#isListening || current.event_id !== null);
  }

  #isCurrent(id: string): boolean {
    return this.#isShown() && this.#queue.current?.response_id === id;
  }

  #handleError({ error }: Extract<ServerEvent, { type: 'error' }>, isRefused: boolean): void {
    // The answer was done before our cancel arrived: nothing is wrong.
    if (error.code !== 'response_cancel_not_active') this.#fail(`error: ${printableLine(error.message)}`);
    if (isRefused) this.#endTurn();
  }

  #finishResponse({ response }: Extract<ServerEvent, { type: 'response.done' }>): void {
    const why = response.status_details;
    const reason = printableLine(why?.reason ?? why?.error?.code ?? '');
    if (!this.#options.showFrames && this.#text !== '' && response.status !== 'completed') this.#options.write('\n');
    if (response.status === 'cancelled')
      this.#options.note(why?.reason === 'turn_detected' ? '[interrupted]' : '[cancelled]');
    else if (response.status !== 'completed')
      this.#fail(`[${printableLine(response.status ?? 'ended')}${reason && `: ${reason}`}]`);
    if (!this.#options.showFrames && response.status !== 'completed') this.#text = '';
    this.#endTurn();
  }

  #handleEvent(event: ServerEvent): void {
    const wasShown = this.#isShown();
    const end = this.#queue.observe(event);
    switch (event.type) {
      case 'response.output_text.delta':
      case 'response.output_audio_transcript.delta':
        if (this.#isCurrent(event.response_id)) this.#appendText(event.delta);
        break;
      case 'response.output_audio.delta':
        if (this.#isCurrent(event.response_id)) this.#playAudio(event);
        break;
      case 'conversation.item.input_audio_transcription.completed':
        this.#showTranscript(printableLine(event.transcript));
        break;
      case 'conversation.item.input_audio_transcription.failed':
        this.#options.note(`transcription failed: ${printableLine(event.error.message ?? event.error.code ?? '')}`);
        break;
      case 'input_audio_buffer.cleared':
        this.#onInputTaken?.();
        break;
      case 'input_audio_buffer.speech_started':
        if (this.#isListening) this.#interruptPlayback();
        break;
      case 'response.function_call_arguments.done':
        if (this.#isShown()) this.#appendText(`[call ${event.name ?? ''} ${event.arguments}]\n`);
        break;
      case 'error':
        this.#handleError(event, end === 'refused');
        break;
      case 'response.done':
        if (end === 'done' && wasShown) this.#finishResponse(event);
        else if (end === 'done') this.#endTurn();
        break;
      default:
      // Everything else confirms what we already know.
    }
  }

  #queueTurn(input: string | Int16Array): void {
    this.#turns += 1;
    const turn = this.#queue.ask({ number: this.#turns, event_id: `talk_response_${this.#turns}`, input });
    if (turn) this.#sendTurn(turn);
  }
}
