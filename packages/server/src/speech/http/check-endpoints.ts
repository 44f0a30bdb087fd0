// What an operator wants to know of the endpoints of a cascade before anybody speaks: each is asked once, and what is wrong is
// said with what to do about it.

import { ColloquyError } from '@colloquy/protocol';
import { SPEECH_HZ, type ThinkRequest } from '../ports.ts';
import {
  type CascadeConfig,
  type EndpointConfig,
  type Environment,
  endpointOf,
  readCascadeConfig,
  type SpeakConfig,
  type ThinkConfig,
  type TranscribeConfig,
  thinkerOptions,
} from './cascade-config.ts';
import { type EndpointProblem, explain, type Finding } from './endpoint-problem.ts';
import { type Endpoint, exchange } from './http-endpoint.ts';
import { readAnswer } from './openai-answer.ts';
import { chatBody, chatReader } from './openai-chat.ts';
import { responsesBody, responsesReader } from './openai-responses.ts';
import { openAiSpeaker } from './openai-speak.ts';
import { openAiTranscriber } from './openai-transcribe.ts';
import { implausible } from './plausible-speech.ts';
import type { StageName } from './stage-fault.ts';
import { toolNames } from './tool-names.ts';

/** What became of asking one endpoint. */
export interface EndpointReport {
  readonly stage: StageName;
  readonly ok: boolean;
  /** Where it was asked, without a query; `null` when that could not be told. */
  readonly address: string | null;
  readonly model: string;
  /** Milliseconds to the first word or sound, and to the end of the answer. */
  readonly first_ms: number | null;
  readonly total_ms: number | null;
  readonly problem: EndpointProblem | null;
  /** One sentence, or several; empty when all is well. */
  readonly message: string;
}

interface Answered {
  readonly firstMs: number;
  readonly finding?: Finding;
}

/**
 * Asks every endpoint of a configuration one small thing, all at the same time, and reports on each. Throws only what
 * `readCascadeConfig` throws. Costs what three short requests cost.
 */
export async function checkEndpoints(
  given: CascadeConfig,
  env: Environment,
  signal: AbortSignal = new AbortController().signal,
): Promise<EndpointReport[]> {
  const { transcribe, think, speak } = readCascadeConfig(given);
  const report = async <C extends EndpointConfig>(
    stage: StageName,
    config: C | undefined,
    ask: (config: C, endpoint: Endpoint, signal: AbortSignal) => Promise<Answered>,
  ): Promise<EndpointReport[]> => (config ? [await reportOn(stage, config, ask, env, signal)] : []);
  const reports = await Promise.all([
    report('transcribe', transcribe ?? undefined, askToTranscribe),
    report('think', think ?? undefined, askToThink),
    report('speak', speak ?? undefined, askToSpeak),
  ]);
  return reports.flat();
}

async function reportOn<C extends EndpointConfig>(
  stage: StageName,
  config: C,
  ask: (config: C, endpoint: Endpoint, signal: AbortSignal) => Promise<Answered>,
  env: Environment,
  signal: AbortSignal,
): Promise<EndpointReport> {
  const blank = { stage, ok: false, address: null, model: config.model, first_ms: null, total_ms: null };
  let endpoint: Endpoint;
  try {
    // Once is enough: what fails in passing is to be seen.
    endpoint = endpointOf(stage, { ...config, retries: 0 }, env);
  } catch (error) {
    if (!ColloquyError.is(error)) throw error;
    return { ...blank, problem: 'misconfigured', message: `${(error as Error).message}.` };
  }
  const { origin, pathname } = new URL(endpoint.url);
  const address = origin + pathname;
  const began = performance.now();
  try {
    const { firstMs, finding } = await ask(config, endpoint, signal);
    const timed = { first_ms: Math.round(firstMs), total_ms: Math.round(performance.now() - began) };
    return {
      ...blank,
      address,
      ...timed,
      ok: !finding,
      problem: finding?.problem ?? null,
      message: finding?.message ?? '',
    };
  } catch (error) {
    if (!ColloquyError.is(error)) throw error;
    const { problem, message } = await explain(error as ColloquyError, endpoint, config);
    return { ...blank, address, problem, message };
  }
}

// ---- What is asked ----

const NO_TOOLS = toolNames([], 'auto');
const QUESTION: ThinkRequest = {
  tools: [],
  context: [
    { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Count from one to ten, in words.' }] },
  ],
  config: {
    model: '',
    output_modalities: ['text'],
    instructions: '',
    tools: [],
    tool_choice: 'auto',
    max_output_tokens: 'inf',
    audio: { output: { format: { type: 'audio/pcm', rate: 24_000 }, voice: '', speed: 1 } },
    prompt: null,
    metadata: null,
  },
};

async function askToThink(config: ThinkConfig, endpoint: Endpoint, signal: AbortSignal): Promise<Answered> {
  const options = thinkerOptions(config, endpoint);
  const [body, reader] = options.api === 'chat' ? [chatBody, chatReader] : [responsesBody, responsesReader];
  const ask = () => ({
    body: JSON.stringify(body(QUESTION, NO_TOOLS, options)),
    contentType: 'application/json',
    accept: 'text/event-stream',
  });
  const began = performance.now();
  let firstMs: number | undefined;
  let deltas = 0;
  for await (const thought of exchange(endpoint, ask, (reply) => readAnswer(reply, reader(NO_TOOLS)), signal)) {
    if (thought.type !== 'text.delta') continue;
    deltas += 1;
    firstMs ??= performance.now() - began;
  }
  if (firstMs === undefined)
    return finding(began, 'wrong_answer', 'It answered without a word. A reasoning model may have been cut short.');
  if (deltas > 1) return { firstMs };
  return finding(
    began,
    'not_streaming',
    'It answers all at once: nothing can be said before everything is written. Use a server that streams.',
  );
}

async function askToSpeak(config: SpeakConfig, endpoint: Endpoint, signal: AbortSignal): Promise<Answered> {
  const rateHz = config.rate_hz ?? 24_000;
  const speaker = openAiSpeaker({
    endpoint,
    model: config.model,
    rateHz,
    speed: false,
    ...(config.voice && { voice: config.voice }),
  });
  const began = performance.now();
  let firstMs: number | undefined;
  let heard = new Int16Array();
  let heardHz = rateHz;
  const voice = config.voice ?? config.voices?.[0] ?? 'alloy';
  for await (const sound of speaker.speak('One, two, three, four, five.', { voice, speed: 1, signal })) {
    firstMs ??= performance.now() - began;
    heardHz = sound.rateHz;
    const longer = new Int16Array(heard.length + sound.samples.length);
    longer.set(heard);
    longer.set(sound.samples, heard.length);
    heard = longer;
  }
  const wrong = implausible(heard, heardHz);
  return { firstMs: firstMs ?? 0, ...(wrong && { finding: { problem: 'wrong_audio', message: wrong } }) };
}

async function askToTranscribe(config: TranscribeConfig, endpoint: Endpoint, signal: AbortSignal): Promise<Answered> {
  const transcriber = openAiTranscriber({ endpoint, model: config.model });
  const began = performance.now();
  const language = config.language ? { language: config.language } : {};
  const utterance = transcriber.open({ speaker: 'check', signal, ...language });
  // A second of a quiet tone: what matters is that the answer is one, not what it says.
  utterance.write(
    Int16Array.from({ length: SPEECH_HZ }, (_, i) => 1000 * Math.sin((i * 300 * 2 * Math.PI) / SPEECH_HZ)),
  );
  await utterance.finish();
  return { firstMs: performance.now() - began };
}

const finding = (began: number, problem: EndpointProblem, message: string): Answered => ({
  firstMs: performance.now() - began,
  finding: { problem, message },
});
