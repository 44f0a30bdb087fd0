// Checks the endpoints of a cascade with one request each, and reports problems with their fix.

import { ColloquyError } from '@colloquy/protocol';
import { joinSamples } from '../../audio/join-samples.ts';
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
import type { EndpointName } from './endpoint-fault.ts';
import { type EndpointProblem, explain, type Finding } from './endpoint-problem.ts';
import { type Endpoint, exchange } from './http-endpoint.ts';
import { readAnswer } from './openai-answer.ts';
import { chatBody, chatReader } from './openai-chat.ts';
import { responsesBody, responsesReader } from './openai-responses.ts';
import { openAiSpeaker } from './openai-speak.ts';
import { openAiTranscriber } from './openai-transcribe.ts';
import { implausibility } from './plausible-speech.ts';
import { toolNames } from './tool-names.ts';

/** Result of checking one endpoint. */
export interface EndpointReport {
  readonly stage: EndpointName;
  readonly ok: boolean;
  /** URL of the endpoint without its query; `null` if it is not known. */
  readonly address: string | null;
  readonly model: string;
  /** Milliseconds to the first text or audio, and to the end of the answer. */
  readonly first_ms: number | null;
  readonly total_ms: number | null;
  readonly problem: EndpointProblem | null;
  /** One or more sentences; empty if the endpoint works. */
  readonly message: string;
}

interface CheckResult {
  readonly firstMs: number;
  readonly finding?: Finding;
}

/**
 * Sends one small request to each configured endpoint, concurrently, and reports on each. Throws only what
 * `readCascadeConfig` throws. Costs three short requests.
 */
export async function checkEndpoints(
  source: CascadeConfig,
  env: Environment,
  signal: AbortSignal = new AbortController().signal,
): Promise<EndpointReport[]> {
  const { transcribe, think, speak } = readCascadeConfig(source);
  const report = async <C extends EndpointConfig>(
    stage: EndpointName,
    config: C | undefined,
    ask: (config: C, endpoint: Endpoint, signal: AbortSignal) => Promise<CheckResult>,
  ): Promise<EndpointReport[]> => (config ? [await reportOn(stage, config, ask, env, signal)] : []);
  const reports = await Promise.all([
    report('transcribe', transcribe ?? undefined, checkTranscribe),
    report('think', think ?? undefined, checkThink),
    report('speak', speak ?? undefined, checkSpeak),
  ]);
  return reports.flat();
}

async function reportOn<C extends EndpointConfig>(
  stage: EndpointName,
  config: C,
  ask: (config: C, endpoint: Endpoint, signal: AbortSignal) => Promise<CheckResult>,
  env: Environment,
  signal: AbortSignal,
): Promise<EndpointReport> {
  const blank = { stage, ok: false, address: null, model: config.model, first_ms: null, total_ms: null };
  let endpoint: Endpoint;
  try {
    // No retries, so that intermittent failures are reported.
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

// ---- Request ----

const NO_TOOLS = toolNames([], 'auto');
const TEST_REQUEST: ThinkRequest = {
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

async function checkThink(config: ThinkConfig, endpoint: Endpoint, signal: AbortSignal): Promise<CheckResult> {
  const options = thinkerOptions(config, endpoint);
  const [body, reader] = options.api === 'chat' ? [chatBody, chatReader] : [responsesBody, responsesReader];
  const ask = () => ({
    body: JSON.stringify(body(TEST_REQUEST, NO_TOOLS, options)),
    contentType: 'application/json',
    accept: 'text/event-stream',
  });
  const began = performance.now();
  let firstMs: number | undefined;
  let deltas = 0;
  for await (const event of exchange(endpoint, ask, (reply) => readAnswer(reply, reader(NO_TOOLS)), signal)) {
    if (event.type !== 'text.delta') continue;
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

async function checkSpeak(config: SpeakConfig, endpoint: Endpoint, signal: AbortSignal): Promise<CheckResult> {
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
  const pieces: Int16Array[] = [];
  let sampleRateHz = rateHz;
  const voice = config.voice ?? config.voices?.[0] ?? 'alloy';
  for await (const sound of speaker.speak('One, two, three, four, five.', { voice, speed: 1, signal })) {
    firstMs ??= performance.now() - began;
    sampleRateHz = sound.rateHz;
    pieces.push(sound.samples);
  }
  const fault = implausibility(joinSamples(pieces), sampleRateHz);
  return { firstMs: firstMs ?? 0, ...(fault && { finding: { problem: 'wrong_audio', message: fault } }) };
}

async function checkTranscribe(
  config: TranscribeConfig,
  endpoint: Endpoint,
  signal: AbortSignal,
): Promise<CheckResult> {
  const transcriber = openAiTranscriber({ endpoint, model: config.model });
  const began = performance.now();
  const language = config.language ? { language: config.language } : {};
  const utterance = transcriber.open({ speaker: 'check', signal, ...language });
  // Sends one second of a quiet tone; any transcript passes.
  utterance.write(
    Int16Array.from({ length: SPEECH_HZ }, (_, i) => 1000 * Math.sin((i * 300 * 2 * Math.PI) / SPEECH_HZ)),
  );
  await utterance.finish();
  return { firstMs: performance.now() - began };
}

const finding = (began: number, problem: EndpointProblem, message: string): CheckResult => ({
  firstMs: performance.now() - began,
  finding: { problem, message },
});
